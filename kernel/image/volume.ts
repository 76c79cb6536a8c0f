import { FsError } from './fs-error.ts';
import {
  BLOCK_BYTES,
  DIRECT_BLOCKS,
  type DirEntry,
  type DiskInode,
  dataStart,
  ENTRY_BYTES,
  fileType,
  INDIRECT_BLOCKS,
  INODE_BYTES,
  INODES_PER_BLOCK,
  MAX_FILE_BYTES,
  NAME_BYTES,
  openSuperblock,
  type Superblock,
  viewOf,
} from './layout.ts';

/** An image being read or edited in place, with its superblock decoded. */
export interface Volume {
  image: Uint8Array;
  view: DataView;
  sb: Superblock;
}

/** Opens an image without copying it; throws FsError when the superblock cannot be used. */
export function openVolume(image: Uint8Array): Volume {
  return { image, view: viewOf(image), sb: openSuperblock(image) };
}

function inodeOffset({ sb }: Volume, inum: number): number {
  if (inum < 1 || inum >= sb.inodes) {
    throw new FsError(`inode ${inum}`, `outside 1..${sb.inodes - 1}`);
  }
  const block = sb.inodeStart + Math.floor(inum / INODES_PER_BLOCK);
  return block * BLOCK_BYTES + (inum % INODES_PER_BLOCK) * INODE_BYTES;
}

export function readInode(volume: Volume, inum: number): DiskInode {
  const at = inodeOffset(volume, inum);
  const short = (index: number) => volume.view.getInt16(at + 2 * index, true);
  const addrs = Array.from({ length: DIRECT_BLOCKS + 1 }, (_, index) =>
    volume.view.getUint32(at + 12 + 4 * index, true),
  );
  return {
    type: short(0),
    major: short(1),
    minor: short(2),
    links: short(3),
    sizeBytes: volume.view.getUint32(at + 8, true),
    addrs,
  };
}

export function writeInode(volume: Volume, inum: number, inode: DiskInode): void {
  const at = inodeOffset(volume, inum);
  [inode.type, inode.major, inode.minor, inode.links].forEach((value, index) => {
    volume.view.setInt16(at + 2 * index, value, true);
  });
  volume.view.setUint32(at + 8, inode.sizeBytes, true);
  inode.addrs.forEach((block, index) => {
    volume.view.setUint32(at + 12 + 4 * index, block, true);
  });
}

export function isDataBlock({ sb }: Volume, block: number): boolean {
  return block >= dataStart(sb) && block < sb.size;
}

/** The bytes of one block, as a window on the image. */
export function blockBytes({ image }: Volume, block: number): Uint8Array {
  return image.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
}

/** Block numbers of an indirect block in order; zero is a hole. */
export function readIndirect({ view }: Volume, block: number): number[] {
  return Array.from({ length: INDIRECT_BLOCKS }, (_, index) =>
    view.getUint32(block * BLOCK_BYTES + 4 * index, true),
  );
}

/** Data blocks of an inode by position in the file; zero is a hole. Throws FsError on an indirect block outside the data. */
export function fileBlocks(volume: Volume, inode: DiskInode): number[] {
  const indirect = inode.addrs[DIRECT_BLOCKS] ?? 0;
  const direct = inode.addrs.slice(0, DIRECT_BLOCKS);
  if (indirect === 0) return direct;
  if (!isDataBlock(volume, indirect)) {
    throw new FsError(`block ${indirect}`, 'an indirect block outside the data blocks');
  }
  return [...direct, ...readIndirect(volume, indirect)];
}

/** Contents of a file or directory; holes read as zeros, as in the kernel. */
export function readContents(volume: Volume, inum: number): Uint8Array {
  const inode = readInode(volume, inum);
  if (inode.sizeBytes > MAX_FILE_BYTES) {
    throw new FsError(`inode ${inum}`, `size ${inode.sizeBytes} exceeds ${MAX_FILE_BYTES} bytes`);
  }
  const contents = new Uint8Array(inode.sizeBytes);
  for (const [index, block] of fileBlocks(volume, inode).entries()) {
    const at = index * BLOCK_BYTES;
    if (at >= contents.length) break;
    if (block === 0) continue;
    if (!isDataBlock(volume, block)) {
      throw new FsError(
        `inode ${inum}`,
        `block ${block} at offset ${at} is outside the data blocks`,
      );
    }
    contents.set(blockBytes(volume, block).subarray(0, contents.length - at), at);
  }
  return contents;
}

/** Entries in use of a directory's contents. Names are Latin-1, cut at the first NUL. */
export function parseEntries(contents: Uint8Array): DirEntry[] {
  const view = viewOf(contents);
  const entries: DirEntry[] = [];
  for (let offset = 0; offset + ENTRY_BYTES <= contents.length; offset += ENTRY_BYTES) {
    const inode = view.getUint16(offset, true);
    if (inode === 0) continue;
    const raw = contents.subarray(offset + 2, offset + 2 + NAME_BYTES);
    const end = raw.indexOf(0);
    entries.push({ inode, name: latin1(end < 0 ? raw : raw.subarray(0, end)), offset });
  }
  return entries;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Inode number of a path from the root, or undefined when some part of it is missing. */
export function lookup(volume: Volume, path: string, root: number): number | undefined {
  let inum = root;
  for (const part of path.split('/').filter((piece) => piece !== '')) {
    if (readInode(volume, inum).type !== fileType.directory) return undefined;
    const entry = parseEntries(readContents(volume, inum)).find(({ name }) => name === part);
    if (entry === undefined) return undefined;
    inum = entry.inode;
  }
  return inum;
}
