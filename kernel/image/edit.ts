import { FsError } from './fs-error.ts';
import {
  BLOCK_BYTES,
  DIRECT_BLOCKS,
  dataStart,
  ENTRY_BYTES,
  fileType,
  INDIRECT_BLOCKS,
  MAX_FILE_BYTES,
  NAME_BYTES,
  ROOT_INODE,
  viewOf,
} from './layout.ts';
import {
  blockBytes,
  fileBlocks,
  parseEntries,
  readContents,
  readInode,
  type Volume,
  writeInode,
} from './volume.ts';

export function isMarked({ image, sb }: Volume, block: number): boolean {
  const byte = image[sb.bitmapStart * BLOCK_BYTES + (block >> 3)] ?? 0;
  return ((byte >> (block & 7)) & 1) === 1;
}

export function mark({ image, sb }: Volume, block: number, used: boolean): void {
  const at = sb.bitmapStart * BLOCK_BYTES + (block >> 3);
  const bit = 1 << (block & 7);
  const old = image[at] ?? 0;
  image[at] = used ? old | bit : old & ~bit;
}

/** Takes the `count` lowest free blocks, zeroed; throws FsError and takes none when there are fewer. */
function takeBlocks(volume: Volume, count: number, forWhat: string): number[] {
  const taken: number[] = [];
  for (let block = dataStart(volume.sb); block < volume.sb.size && taken.length < count; block++) {
    if (!isMarked(volume, block)) taken.push(block);
  }
  if (taken.length < count) {
    throw new FsError(
      'image',
      `no room for ${forWhat}: needs ${count} free blocks of ${BLOCK_BYTES} bytes, has ${taken.length}`,
    );
  }
  for (const block of taken) {
    mark(volume, block, true);
    blockBytes(volume, block).fill(0);
  }
  return taken;
}

function freeBlocks(volume: Volume, inum: number): void {
  const inode = readInode(volume, inum);
  for (const block of [...fileBlocks(volume, inode), inode.addrs[DIRECT_BLOCKS] ?? 0]) {
    if (block !== 0) mark(volume, block, false);
  }
}

/** Gives an inode new contents, freeing the blocks it had. Throws FsError when there is no room. */
export function writeContents(volume: Volume, inum: number, bytes: Uint8Array, name: string): void {
  if (bytes.length > MAX_FILE_BYTES) {
    throw new FsError(name, `${bytes.length} bytes exceed the largest file, ${MAX_FILE_BYTES}`);
  }
  freeBlocks(volume, inum);
  const dataCount = Math.ceil(bytes.length / BLOCK_BYTES);
  const needsIndirect = dataCount > DIRECT_BLOCKS;
  const taken = takeBlocks(volume, dataCount + (needsIndirect ? 1 : 0), name);
  const data = taken.slice(0, dataCount);
  data.forEach((block, index) => {
    const from = index * BLOCK_BYTES;
    blockBytes(volume, block).set(bytes.subarray(from, from + BLOCK_BYTES));
  });
  const addrs = new Array<number>(DIRECT_BLOCKS + 1).fill(0);
  data.slice(0, DIRECT_BLOCKS).forEach((block, index) => {
    addrs[index] = block;
  });
  if (needsIndirect) {
    const indirect = taken[dataCount] as number;
    addrs[DIRECT_BLOCKS] = indirect;
    data.slice(DIRECT_BLOCKS, DIRECT_BLOCKS + INDIRECT_BLOCKS).forEach((block, index) => {
      volume.view.setUint32(indirect * BLOCK_BYTES + 4 * index, block, true);
    });
  }
  writeInode(volume, inum, { ...readInode(volume, inum), sizeBytes: bytes.length, addrs });
}

/** Takes the lowest free inode for a new, empty, once-linked object. Throws FsError when all are used. */
export function createInode(volume: Volume, type: number, name: string): number {
  for (let inum = ROOT_INODE; inum < volume.sb.inodes; inum++) {
    if (readInode(volume, inum).type !== fileType.free) continue;
    const addrs = new Array<number>(DIRECT_BLOCKS + 1).fill(0);
    writeInode(volume, inum, { type, major: 0, minor: 0, links: 1, sizeBytes: 0, addrs });
    return inum;
  }
  throw new FsError('image', `no free inode for ${name}: all ${volume.sb.inodes - 1} are used`);
}

/** Bytes of one directory entry; throws FsError when the name is empty, too long or not Latin-1. */
export function encodeEntry(inum: number, name: string): Uint8Array {
  if (name.length === 0 || name.length > NAME_BYTES) {
    throw new FsError(`name ${JSON.stringify(name)}`, `must have 1 to ${NAME_BYTES} characters`);
  }
  const entry = new Uint8Array(ENTRY_BYTES);
  viewOf(entry).setUint16(0, inum, true);
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index);
    if (code === 0 || code > 255) {
      throw new FsError(`name ${JSON.stringify(name)}`, `character ${index} cannot be stored`);
    }
    entry[2 + index] = code;
  }
  return entry;
}

/** Enters `name` for `inum` in a directory, in its first unused slot or at its end. */
export function addEntry(volume: Volume, directory: number, inum: number, name: string): void {
  const entry = encodeEntry(inum, name);
  const old = readContents(volume, directory);
  const usedOffsets = new Set(parseEntries(old).map(({ offset }) => offset));
  let offset = 0;
  while (usedOffsets.has(offset)) offset += ENTRY_BYTES;
  const grown = new Uint8Array(Math.max(old.length, offset + ENTRY_BYTES));
  grown.set(old);
  grown.set(entry, offset);
  writeContents(volume, directory, grown, `directory entry ${name}`);
}
