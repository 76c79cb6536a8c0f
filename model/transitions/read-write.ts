/** read and write: on pipes, files, directories and the console. */
import { BSIZE, MAXFILE_BYTES, T_FILE } from '../../spec/xv6.ts';
import { type Content, overwrite } from '../content.ts';
import { inodeAt, withInode } from '../disk.ts';
import { type Expected, value } from '../outcome.ts';
import type { OpenFile } from '../state.ts';
import { copyIn, copyOut, type Data } from '../user-copy.ts';
import { choose, note, show, type Work } from '../work.ts';
import { consoleRead, consoleWrite } from './console.ts';
import { fileNumber, openFile } from './descriptors.ts';
import { pipeRead, pipeWrite } from './pipe.ts';

export interface Transfer {
  fd: number;
  va: number;
  length: number;
}

/** False when the model cannot follow: directories, and files whose content it was not told. */
export function read(work: Work, slot: number, { fd, va, length }: Transfer): boolean {
  const file = openFile(work, slot, fd);
  if (!file?.readable) show(work, slot, value(-1));
  else if (file.kind === 'pipe') pipeRead(work, slot, file.id, va, length | 0);
  else if (file.kind === 'console') consoleRead(work, slot, va, length | 0);
  else return readFile(work, slot, fd, va, length | 0);
  return true;
}

function readFile(work: Work, slot: number, fd: number, va: number, length: number): boolean {
  const number = fileNumber(work, slot, fd);
  const file = work.files.get(number)!;
  const inode = inodeAt(work.disk, file.id);
  if (inode.type !== T_FILE || !inode.content) return false;
  const size = inode.content.bytes.length;
  if (length < 0 && choose(work, 2) === 1) {
    show(work, slot, value(-1));
    return true;
  }
  const wanted = fileReadLength(work, length, file.offset, size);
  const data = slice(inode.content, file.offset, file.offset + wanted);
  const done = copyOut(work, slot, va, data);
  if (done === wanted) {
    work.files.set(number, { ...file, offset: file.offset + wanted });
    show(work, slot, value(wanted));
    return true;
  }
  show(work, slot, failedRead(work, number, file, done));
  return true;
}

/** Bytes to read. The kernel takes a negative length as a large unsigned one, or refuses it. */
function fileReadLength(work: Work, length: number, offset: number, size: number): number {
  const rest = Math.max(0, size - offset);
  if (length >= 0) return Math.min(length, rest);
  return choose(work, 2) === 1 ? rest : 0;
}

/** User memory could not be written: −1 since 2021, the whole blocks before that count in others. */
function failedRead(work: Work, number: number, file: OpenFile, done: number): Expected {
  if (choose(work, 2) === 0) return value(-1);
  note(work, 'a read that fails midway counts what was copied');
  const blocks = Math.floor((file.offset + done) / BSIZE) * BSIZE - file.offset;
  const counted = Math.max(0, blocks);
  work.files.set(number, { ...file, offset: file.offset + counted });
  return value(counted);
}

const slice = ({ bytes, unknown }: Content, from: number, to: number): Data => ({
  bytes: bytes.subarray(from, to),
  unknown: unknown
    .filter((part) => part.from < to && from < part.to)
    .map((part) => ({ from: Math.max(part.from, from) - from, to: Math.min(part.to, to) - from })),
});

export function write(work: Work, slot: number, { fd, va, length }: Transfer): boolean {
  const file = openFile(work, slot, fd);
  if (!file?.writable) show(work, slot, value(-1));
  else if (file.kind === 'pipe') pipeWrite(work, slot, file.id, va, length | 0);
  else if (file.kind === 'console') return consoleWrite(work, slot, va, length | 0);
  else return writeFile(work, slot, fd, va, length | 0);
  return true;
}

/** False when the content is not known, or the bytes are not, or the file would grow too large. */
function writeFile(work: Work, slot: number, fd: number, va: number, length: number): boolean {
  const number = fileNumber(work, slot, fd);
  const file = work.files.get(number)!;
  const inode = inodeAt(work.disk, file.id);
  if (inode.type !== T_FILE || !inode.content) return false;
  if (length < 0) {
    show(work, slot, value(choose(work, 2) === 0 ? -1 : 0));
    return true;
  }
  if (length > MAXFILE_BYTES / 8 || file.offset + length > MAXFILE_BYTES) {
    return failsAnyway(work, slot, va, length);
  }
  const data = copyIn(work, slot, va, length);
  const size = Math.max(inode.content.bytes.length, file.offset + data.bytes.length);
  if (data.bytes.length < length) return spoilFile(work, slot, file, data);
  const content = overwrite(extend(inode.content, size), file.offset, data.bytes, data.unknown);
  work.disk = withInode(work.disk, file.id, { ...inode, content });
  work.files.set(number, { ...file, offset: file.offset + length });
  show(work, slot, value(length));
  return true;
}

/** A write too large for the model to follow is followed only if not even its first byte is readable. */
function failsAnyway(work: Work, slot: number, va: number, length: number): boolean {
  if (copyIn(work, slot, va, Math.min(length, 1)).bytes.length > 0) return false;
  show(work, slot, value(-1));
  return true;
}

const extend = (content: Content, size: number): Content => {
  if (content.bytes.length >= size) return content;
  const bytes = new Uint8Array(size);
  bytes.set(content.bytes);
  return { bytes, unknown: content.unknown };
};

/** User memory could not be read midway: how much of the file was written is not predicted. */
function spoilFile(work: Work, slot: number, file: OpenFile, { bytes }: Data): boolean {
  if (bytes.length === 0) {
    show(work, slot, value(-1));
    return true;
  }
  const inode = inodeAt(work.disk, file.id);
  work.disk = withInode(work.disk, file.id, { ...inode, content: undefined });
  show(work, slot, value(-1));
  return true;
}
