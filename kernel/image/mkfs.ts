import { createInode, mark } from './edit.ts';
import { FsError } from './fs-error.ts';
import {
  BLOCK_BYTES,
  dataStart,
  FS_MAGIC,
  fileType,
  INODES_PER_BLOCK,
  ROOT_INODE,
  type Superblock,
  superblockFaults,
  viewOf,
  writeSuperblock,
} from './layout.ts';
import { makeDirectory, putFile } from './put-file.ts';
import type { Volume } from './volume.ts';

/** Size of a new file system: all blocks, inode slots (slot 0 is never used), blocks of the log with its header. */
export interface Geometry {
  blocks: number;
  inodes: number;
  logBlocks: number;
}

/** What most xv6-riscv trees use; kernels whose log header has room for 30 blocks accept this log. */
export const DEFAULT_GEOMETRY: Geometry = { blocks: 2000, inodes: 200, logBlocks: 30 };

function superblockFor({ blocks, inodes, logBlocks }: Geometry): Superblock {
  const logStart = 2;
  const inodeStart = logStart + logBlocks;
  const bitmapStart = inodeStart + Math.floor(inodes / INODES_PER_BLOCK) + 1;
  const sb = {
    magic: FS_MAGIC,
    size: blocks,
    dataBlocks: 0,
    inodes,
    logBlocks,
    logStart,
    inodeStart,
    bitmapStart,
  };
  return { ...sb, dataBlocks: blocks - dataStart(sb) };
}

/**
 * Makes an xv6-riscv file system image holding `files` (directories on their paths are created).
 * Throws FsError when the geometry is impossible, a name is too long, or the files do not fit.
 */
export function mkfs(
  files: readonly { path: string; bytes: Uint8Array }[],
  geometry: Geometry = DEFAULT_GEOMETRY,
): Uint8Array {
  const sb = superblockFor(geometry);
  const image = new Uint8Array(geometry.blocks * BLOCK_BYTES);
  const [fault] = superblockFaults(sb, image.length);
  if (fault !== undefined) throw new FsError('geometry', fault);
  const volume: Volume = { image, view: viewOf(image), sb };
  writeSuperblock(volume.view, sb);
  for (let block = 0; block < dataStart(sb); block++) mark(volume, block, true);
  const root = createInode(volume, fileType.directory, '/');
  if (root !== ROOT_INODE) throw new FsError('inode 1', 'is not the first to be handed out');
  makeDirectory(volume, root, root);
  for (const { path, bytes } of files) putFile(volume, path, bytes);
  return image;
}
