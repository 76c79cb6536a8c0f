import { FsError } from './fs-error.ts';

/** On-disk format shared by all xv6-riscv trees: sizes in bytes unless named otherwise. */
export const BLOCK_BYTES = 1024;
export const INODE_BYTES = 64;
export const ENTRY_BYTES = 16;
export const NAME_BYTES = 14;
export const DIRECT_BLOCKS = 12;
export const INDIRECT_BLOCKS = BLOCK_BYTES / 4;
export const MAX_FILE_BYTES = (DIRECT_BLOCKS + INDIRECT_BLOCKS) * BLOCK_BYTES;
export const INODES_PER_BLOCK = BLOCK_BYTES / INODE_BYTES;
export const BITS_PER_BLOCK = BLOCK_BYTES * 8;
export const FS_MAGIC = 0x10203040;
export const ROOT_INODE = 1;

/** `type` of an on-disk inode; 0 marks a free one. */
export const fileType = { free: 0, directory: 1, file: 2, device: 3 } as const;

/** Superblock (block 1): counts and starts are in blocks. */
export interface Superblock {
  magic: number;
  size: number;
  dataBlocks: number;
  inodes: number;
  logBlocks: number;
  logStart: number;
  inodeStart: number;
  bitmapStart: number;
}

/** One on-disk inode; `addrs` holds the direct blocks, then the indirect block. */
export interface DiskInode {
  type: number;
  major: number;
  minor: number;
  links: number;
  sizeBytes: number;
  addrs: number[];
}

/** One directory entry and its place in the directory, in bytes. */
export interface DirEntry {
  inode: number;
  name: string;
  offset: number;
}

const SUPERBLOCK_FIELDS = [
  'magic',
  'size',
  'dataBlocks',
  'inodes',
  'logBlocks',
  'logStart',
  'inodeStart',
  'bitmapStart',
] as const;

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function readSuperblock(view: DataView): Superblock {
  const read = (field: (typeof SUPERBLOCK_FIELDS)[number]) =>
    view.getUint32(BLOCK_BYTES + 4 * SUPERBLOCK_FIELDS.indexOf(field), true);
  return {
    magic: read('magic'),
    size: read('size'),
    dataBlocks: read('dataBlocks'),
    inodes: read('inodes'),
    logBlocks: read('logBlocks'),
    logStart: read('logStart'),
    inodeStart: read('inodeStart'),
    bitmapStart: read('bitmapStart'),
  };
}

export function writeSuperblock(view: DataView, superblock: Superblock): void {
  SUPERBLOCK_FIELDS.forEach((field, index) => {
    view.setUint32(BLOCK_BYTES + 4 * index, superblock[field], true);
  });
}

/** First block after the bitmap: the first that may belong to a file. */
export function dataStart(superblock: Superblock): number {
  return superblock.bitmapStart + Math.ceil(superblock.size / BITS_PER_BLOCK);
}

/** What is wrong with a superblock for an image of `imageBytes` bytes; empty when it can be used. */
export function superblockFaults(sb: Superblock, imageBytes: number): string[] {
  if (sb.magic !== FS_MAGIC) {
    return [
      `magic is 0x${sb.magic.toString(16)}, expected 0x${FS_MAGIC.toString(16)}: not an xv6-riscv file system`,
    ];
  }
  const faults: string[] = [];
  const inodeBlocks = Math.ceil(sb.inodes / INODES_PER_BLOCK);
  if (sb.size * BLOCK_BYTES > imageBytes) {
    faults.push(
      `the file system has ${sb.size} blocks of ${BLOCK_BYTES} bytes, but the image only ${imageBytes} bytes: truncated`,
    );
  }
  if (sb.inodes <= ROOT_INODE) faults.push(`${sb.inodes} inodes leave no root directory`);
  if (sb.logStart < 2)
    faults.push(`log starts at block ${sb.logStart}, inside the boot or superblock`);
  const regions = [
    { name: 'log', from: sb.logStart, to: sb.logStart + sb.logBlocks },
    { name: 'inodes', from: sb.inodeStart, to: sb.inodeStart + inodeBlocks },
    { name: 'bitmap', from: sb.bitmapStart, to: dataStart(sb) },
  ];
  for (const [index, region] of regions.entries()) {
    if (region.to > sb.size) {
      faults.push(
        `${region.name} ends at block ${region.to}, beyond the last of ${sb.size} blocks`,
      );
    }
    for (const other of regions.slice(index + 1)) {
      if (region.from < other.to && other.from < region.to) {
        faults.push(`${region.name} and ${other.name} overlap`);
      }
    }
  }
  return faults;
}

/** Reads the superblock of an image, or throws FsError when it does not describe one. */
export function openSuperblock(image: Uint8Array): Superblock {
  if (image.length < 2 * BLOCK_BYTES) {
    throw new FsError('image', `${image.length} bytes are too few for a superblock: truncated`);
  }
  const superblock = readSuperblock(viewOf(image));
  const [fault] = superblockFaults(superblock, image.length);
  if (fault !== undefined) throw new FsError('superblock', fault);
  return superblock;
}
