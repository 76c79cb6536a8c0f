import { isMarked } from './edit.ts';
import type { Check } from './fsck.ts';
import { DIRECT_BLOCKS, type DiskInode, dataStart, fileType, MAX_FILE_BYTES } from './layout.ts';
import { isDataBlock, readIndirect } from './volume.ts';

/** The inode that owns each data block in use. */
export type BlockOwners = Map<number, number>;

/**
 * Finds which inode owns each block, reporting sizes beyond the maximum, blocks outside the data and blocks claimed
 * twice. Blocks past a file's size are its own: a write that failed half-way leaves them.
 */
export function claimBlocks(check: Check): BlockOwners {
  const owners: BlockOwners = new Map();
  for (const [inum, inode] of check.inodes) {
    if (inode.sizeBytes > MAX_FILE_BYTES) {
      const message = `size ${inode.sizeBytes} exceeds ${MAX_FILE_BYTES} bytes`;
      check.report('inode', `inode ${inum}`, message);
    }
    if (inode.type !== fileType.device) claimFile(check, owners, inum, inode);
  }
  return owners;
}

function claimFile(check: Check, owners: BlockOwners, inum: number, inode: DiskInode): void {
  const indirect = inode.addrs[DIRECT_BLOCKS] ?? 0;
  const claim = (block: number, role: string): boolean => {
    if (!isDataBlock(check.volume, block)) {
      check.report('block', `inode ${inum}`, `${role} is block ${block}, outside the data blocks`);
      return false;
    }
    const owner = owners.get(block);
    if (owner !== undefined) {
      check.report('block', `block ${block}`, `owned by inode ${owner} and by inode ${inum}`);
      return false;
    }
    owners.set(block, inum);
    return true;
  };
  const direct = inode.addrs.slice(0, DIRECT_BLOCKS);
  const further =
    indirect !== 0 && claim(indirect, 'the indirect block')
      ? readIndirect(check.volume, indirect)
      : [];
  for (const [index, block] of [...direct, ...further].entries()) {
    if (block !== 0) claim(block, `file block ${index}`);
  }
}

/** Compares the bitmap with the blocks owned: `bitmap` for one in use but free, `leak` for the reverse. */
export function checkBitmap({ volume, report }: Check, owners: BlockOwners): void {
  const first = dataStart(volume.sb);
  for (let block = 0; block < volume.sb.size; block++) {
    const marked = isMarked(volume, block);
    if (block < first) {
      if (!marked) report('bitmap', `block ${block}`, 'belongs to the file system, marked free');
      continue;
    }
    const owner = owners.get(block);
    if (owner !== undefined && !marked) {
      report('bitmap', `block ${block}`, `owned by inode ${owner}, marked free`);
    }
    if (owner === undefined && marked)
      report('leak', `block ${block}`, 'marked used, owned by none');
  }
}
