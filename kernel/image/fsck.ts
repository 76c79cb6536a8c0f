import { checkBitmap, claimBlocks } from './fsck-blocks.ts';
import { checkTree } from './fsck-tree.ts';
import {
  BLOCK_BYTES,
  type DiskInode,
  fileType,
  readSuperblock,
  superblockFaults,
  viewOf,
} from './layout.ts';
import { committedBlocks, installLog } from './log.ts';
import { openVolume, readInode, type Volume } from './volume.ts';

/**
 * What a problem is about. `log`, `leak`, `orphan` and `links` are what a power cut may leave behind and harm no file;
 * the others mean that contents are lost or may be overwritten.
 */
export type FsProblemKind =
  | 'superblock'
  | 'log'
  | 'inode'
  | 'block'
  | 'bitmap'
  | 'directory'
  | 'links'
  | 'orphan'
  | 'leak';

/** One thing wrong with an image: `where` names an inode, block or path. */
export interface FsProblem {
  kind: FsProblemKind;
  where: string;
  message: string;
}

/** What the passes share: the volume with its log installed, its inodes in use, and the problems so far. */
export interface Check {
  volume: Volume;
  inodes: Map<number, DiskInode>;
  report: (kind: FsProblemKind, where: string, message: string) => void;
}

/** Problems after which an image must not be written to. */
export function isHarmful({ kind }: FsProblem): boolean {
  return !['log', 'leak', 'orphan', 'links'].includes(kind);
}

/**
 * Checks an image of any xv6-riscv tree and reports everything found wrong, in a stable order: superblock, log, inodes,
 * blocks, bitmap, directory tree, link counts. Never changes the image; ends on cyclic and foreign ones.
 */
export function fsck(image: Uint8Array): FsProblem[] {
  const problems: FsProblem[] = [];
  const report: Check['report'] = (kind, where, message) => {
    problems.push({ kind, where, message });
  };
  if (image.length < 2 * BLOCK_BYTES) {
    report('superblock', 'image', `${image.length} bytes are too few for a superblock: truncated`);
    return problems;
  }
  for (const fault of superblockFaults(readSuperblock(viewOf(image)), image.length)) {
    report('superblock', 'superblock', fault);
  }
  if (problems.length > 0) return problems;

  const volume = openVolume(image.slice());
  checkLog(volume, report);
  installLog(volume);
  const check: Check = { volume, inodes: new Map(), report };
  checkInodes(check);
  const owners = claimBlocks(check);
  checkBitmap(check, owners);
  checkTree(check);
  return problems;
}

function checkLog(volume: Volume, report: Check['report']): void {
  const { sb, view } = volume;
  const count = sb.logBlocks === 0 ? 0 : view.getUint32(sb.logStart * BLOCK_BYTES, true);
  if (count > 0)
    report('log', `block ${sb.logStart}`, `a committed transaction of ${count} blocks`);
  if (count > sb.logBlocks) {
    report('block', `block ${sb.logStart}`, `log header counts ${count} of ${sb.logBlocks} blocks`);
  }
  for (const home of committedBlocks(volume)) {
    if (home >= sb.inodeStart && home < sb.size) continue;
    report('block', `block ${sb.logStart}`, `log would write block ${home}, outside the files`);
  }
}

function checkInodes({ volume, inodes, report }: Check): void {
  for (let inum = 1; inum < volume.sb.inodes; inum++) {
    const inode = readInode(volume, inum);
    if (inode.type === fileType.free) continue;
    if (inode.type < fileType.directory || inode.type > fileType.device) {
      report('inode', `inode ${inum}`, `unknown type ${inode.type}`);
      continue;
    }
    inodes.set(inum, inode);
  }
}
