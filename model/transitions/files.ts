/** System calls on names: open, link, unlink, mkdir, chdir; and fstat. */
import {
  MAXPATH,
  O_CREATE,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  STAT_BYTES,
  T_DEVICE,
  T_DIR,
  T_FILE,
} from '../../spec/xv6.ts';
import { known } from '../content.ts';
import {
  addInode,
  addName,
  inodeAt,
  lookupParent,
  lookupPath,
  newDirectory,
  newFile,
  removeName,
  withInode,
} from '../disk.ts';
import { value } from '../outcome.ts';
import { processOf } from '../state.ts';
import { copyInString, copyOut } from '../user-copy.ts';
import { show, update, type Work } from '../work.ts';
import { addDescriptor, addFile, closeFile, openFile } from './descriptors.ts';

/** A path as text: one character a byte. */
export const pathText = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** The path at a user address; undefined when it cannot be read or is too long. */
function pathAt(work: Work, slot: number, va: number): string | undefined {
  const bytes = copyInString(work, slot, va, MAXPATH);
  return bytes && pathText(bytes);
}

const resolve = (work: Work, slot: number, path: string | undefined): number | undefined =>
  path === undefined ? undefined : lookupPath(work.disk, processOf(work, slot).cwd, path);

/**
 * What exec finds in an inode: the program that sequences run, something that it refuses, or what the
 * model cannot tell (content that it was not told, or another ELF).
 */
export function kindOfFile(work: Work, id: number): 'program' | 'other' | 'unclear' {
  const inode = inodeAt(work.disk, id);
  if (inode.type !== T_FILE) return 'other';
  if (inode.content === work.before.image.file) return 'program';
  const isElf = ELF_MAGIC.every((byte, i) => inode.content?.bytes[i] === byte);
  return isElf || !inode.content ? 'unclear' : 'other';
}

const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

export function open(work: Work, slot: number, args: { path: number; mode: number }): boolean {
  return show(
    work,
    slot,
    value(openPath(work, slot, pathAt(work, slot, args.path), args.mode | 0) ?? -1),
  );
}

function openPath(
  work: Work,
  slot: number,
  path: string | undefined,
  mode: number,
): number | undefined {
  const id = mode & O_CREATE ? createFile(work, slot, path) : resolve(work, slot, path);
  if (id === undefined) return undefined;
  const inode = inodeAt(work.disk, id);
  if (inode.type === T_DIR && mode !== O_RDONLY) return undefined;
  const file = addFile(work, {
    kind: inode.type === T_DEVICE ? 'console' : 'inode',
    id,
    readable: (mode & O_WRONLY) === 0,
    writable: (mode & (O_WRONLY | O_RDWR)) !== 0,
  });
  if (file === undefined) return undefined;
  const fd = addDescriptor(work, slot, file);
  if (fd === undefined) closeFile(work, file);
  else if (mode & O_TRUNC && inode.type === T_FILE) truncate(work, id);
  return fd;
}

function truncate(work: Work, id: number): void {
  work.disk = withInode(work.disk, id, {
    ...inodeAt(work.disk, id),
    content: known(new Uint8Array(0)),
  });
}

/** An existing file or device, or a new empty file; undefined for a directory or without a parent. */
function createFile(work: Work, slot: number, path: string | undefined): number | undefined {
  const existing = resolve(work, slot, path);
  if (existing !== undefined) {
    const named = path !== undefined && lookupParent(work.disk, cwdOf(work, slot), path);
    return named && inodeAt(work.disk, existing).type !== T_DIR ? existing : undefined;
  }
  const at = path === undefined ? undefined : lookupParent(work.disk, cwdOf(work, slot), path);
  if (!at) return undefined;
  const id = work.disk.next;
  work.disk = addInode(work.disk, at.directory, at.name, newFile(known(new Uint8Array(0))));
  return id;
}

const cwdOf = (work: Work, slot: number): number => processOf(work, slot).cwd;

/** link: −1 for directories, absent names, or a new name that exists. */
export function link(work: Work, slot: number, args: { from: number; to: number }): boolean {
  const to = pathAt(work, slot, args.to);
  const id = resolve(work, slot, pathAt(work, slot, args.from));
  const at = to === undefined ? undefined : lookupParent(work.disk, cwdOf(work, slot), to);
  const fails =
    id === undefined ||
    inodeAt(work.disk, id).type === T_DIR ||
    !at ||
    resolve(work, slot, to) !== undefined;
  if (fails) return show(work, slot, value(-1));
  work.disk = addName(work.disk, at.directory, at.name, id);
  changeLinks(work, id, 1);
  return show(work, slot, value(0));
}

function changeLinks(work: Work, id: number, by: 1 | -1): void {
  const inode = inodeAt(work.disk, id);
  work.disk = withInode(work.disk, id, { ...inode, links: inode.links + by });
}

/** unlink: −1 for `.` and `..`, absent names, and directories that are not empty. */
export function unlink(work: Work, slot: number, args: { path: number }): boolean {
  const path = pathAt(work, slot, args.path);
  const id = resolve(work, slot, path);
  const at = path === undefined ? undefined : lookupParent(work.disk, cwdOf(work, slot), path);
  const fails =
    id === undefined ||
    !at ||
    at.name === '.' ||
    at.name === '..' ||
    inodeAt(work.disk, id).entries.size > 0;
  if (fails) return show(work, slot, value(-1));
  work.disk = removeName(work.disk, at.directory, at.name);
  changeLinks(work, id, -1);
  return show(work, slot, value(0));
}

/** mkdir: −1 when the name exists or its directory does not. */
export function mkdir(work: Work, slot: number, args: { path: number }): boolean {
  const path = pathAt(work, slot, args.path);
  const at = path === undefined ? undefined : lookupParent(work.disk, cwdOf(work, slot), path);
  if (!at || resolve(work, slot, path) !== undefined) return show(work, slot, value(-1));
  work.disk = addInode(work.disk, at.directory, at.name, newDirectory(at.directory));
  return show(work, slot, value(0));
}

export function chdir(work: Work, slot: number, args: { path: number }): boolean {
  const id = resolve(work, slot, pathAt(work, slot, args.path));
  if (id === undefined || inodeAt(work.disk, id).type !== T_DIR) {
    return show(work, slot, value(-1));
  }
  update(work, slot, { cwd: id });
  return show(work, slot, value(0));
}

/** fstat: −1 on a pipe; which numbers the file system gives is not predicted. */
export function fstat(work: Work, slot: number, args: { fd: number; va: number }): boolean {
  const file = openFile(work, slot, args.fd);
  if (!file || file.kind === 'pipe') return show(work, slot, value(-1));
  const stat = { bytes: new Uint8Array(STAT_BYTES), unknown: [{ from: 0, to: STAT_BYTES }] };
  return show(work, slot, value(copyOut(work, slot, args.va, stat) < STAT_BYTES ? -1 : 0));
}

/**
 * Is the process's directory unlinked? xv6 lets it be used, on entries that are no longer kept in
 * order; the model does not follow there.
 */
export const inUnlinkedDirectory = (work: Work, slot: number): boolean =>
  inodeAt(work.disk, cwdOf(work, slot)).links === 0;
