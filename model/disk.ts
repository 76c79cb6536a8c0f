/**
 * The tree of files as system calls see it, immutable. Only what the agent can name matters; how it
 * lies on the disk does not.
 */
import { DIRSIZ, T_DEVICE, T_DIR, T_FILE } from '../spec/xv6.ts';
import type { Content } from './content.ts';

export interface Inode {
  readonly type: typeof T_DIR | typeof T_FILE | typeof T_DEVICE;
  /** names in a directory, `.` and `..` not among them */
  readonly entries: ReadonlyMap<string, number>;
  /** the directory above; of directories only */
  readonly parent: number;
  /** content of a file; undefined when the model was not told it */
  readonly content: Content | undefined;
  /** names that refer to it; 0 once unlinked */
  readonly links: number;
}

export interface Disk {
  readonly inodes: ReadonlyMap<number, Inode>;
  readonly next: number;
}

/** What the image holds when the machine boots, as far as it is known: contents by absolute path. */
export type DiskFiles = Readonly<Record<string, Uint8Array | 'console' | 'directory' | 'unknown'>>;

export const ROOT = 1;
const NO_ENTRIES: ReadonlyMap<string, number> = new Map();

const directory = (parent: number): Inode => ({
  type: T_DIR,
  entries: NO_ENTRIES,
  parent,
  content: undefined,
  links: 1,
});

export const newFile = (content: Content | undefined): Inode => ({
  type: T_FILE,
  entries: NO_ENTRIES,
  parent: 0,
  content,
  links: 1,
});

/** The disk with these files, all in existing directories; parents before children. */
export function makeDisk(files: DiskFiles): Disk {
  let disk: Disk = { inodes: new Map([[ROOT, directory(ROOT)]]), next: ROOT + 1 };
  for (const [path, what] of Object.entries(files)) {
    const at = lookupParent(disk, ROOT, path);
    if (!at) throw new Error(`makeDisk: no directory for ${path}`);
    disk = addInode(disk, at.directory, at.name, inodeOf(what, at.directory));
  }
  return disk;
}

function inodeOf(what: DiskFiles[string], parent: number): Inode {
  if (what === 'directory') return directory(parent);
  if (what === 'console') return { ...newFile(undefined), type: T_DEVICE };
  return newFile(what === 'unknown' ? undefined : { bytes: what, unknown: [] });
}

export const newDirectory = directory;

/** Components of a path, cut to DIRSIZ bytes as names on disk are. */
const components = (path: string): string[] =>
  path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => part.slice(0, DIRSIZ));

/** One step down (or up) from a directory; undefined when there is no such name. */
function descend(disk: Disk, at: number, name: string): number | undefined {
  const inode = disk.inodes.get(at);
  if (inode?.type !== T_DIR) return undefined;
  if (name === '.') return at;
  if (name === '..') return inode.parent;
  return inode.entries.get(name);
}

/** Inode of a path, from the root or from `cwd`; the empty path is `cwd`. Undefined when absent. */
export function lookupPath(disk: Disk, cwd: number, path: string): number | undefined {
  let at: number | undefined = path.startsWith('/') ? ROOT : cwd;
  for (const name of components(path)) {
    if (at === undefined) return undefined;
    at = descend(disk, at, name);
  }
  return at;
}

/** Directory and last name of a path; undefined when it has no last name or the directory is absent. */
export function lookupParent(
  disk: Disk,
  cwd: number,
  path: string,
): { directory: number; name: string } | undefined {
  const parts = components(path);
  const name = parts.pop();
  if (name === undefined) return undefined;
  const above = (path.startsWith('/') ? '/' : '') + parts.join('/');
  const at = lookupPath(disk, cwd, above);
  if (at === undefined || disk.inodes.get(at)?.type !== T_DIR) return undefined;
  return { directory: at, name };
}

export const inodeAt = (disk: Disk, number: number): Inode => {
  const inode = disk.inodes.get(number);
  if (!inode) throw new Error(`inodeAt: no inode ${number}`);
  return inode;
};

/** The disk with one inode replaced. */
export const withInode = (disk: Disk, number: number, inode: Inode): Disk => ({
  inodes: new Map(disk.inodes).set(number, inode),
  next: disk.next,
});

/** The disk with a new inode under a name. Its number is the disk's old `next`. */
export function addInode(disk: Disk, at: number, name: string, inode: Inode): Disk {
  const number = disk.next;
  const grown = withInode({ inodes: disk.inodes, next: number + 1 }, number, inode);
  return addName(grown, at, name, number);
}

/** The disk with one name more in a directory; link counts are the caller's. */
export function addName(disk: Disk, at: number, name: string, number: number): Disk {
  const above = inodeAt(disk, at);
  return withInode(disk, at, { ...above, entries: new Map(above.entries).set(name, number) });
}

/** The disk with a name removed from a directory; link counts are the caller's. */
export function removeName(disk: Disk, at: number, name: string): Disk {
  const above = inodeAt(disk, at);
  const entries = new Map(above.entries);
  entries.delete(name);
  return withInode(disk, at, { ...above, entries });
}
