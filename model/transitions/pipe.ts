/** Pipes: one page of the allocator each, read and written byte by byte. */
import { type Expected, value } from '../outcome.ts';
import { processOf } from '../state.ts';
import {
  copyIn,
  copyOut,
  copyOutStream,
  data,
  littleEndian,
  readableLength,
} from '../user-copy.ts';
import { allocateAll, choose, note, show, update, type Work } from '../work.ts';
import { addDescriptor, addFile, closeDescriptor, closeFile } from './descriptors.ts';

/** pipe: two open files, one page, two descriptors copied out. */
export function pipe(work: Work, slot: number, va: number): boolean {
  const ends = makePipe(work);
  if (!ends) return show(work, slot, value(-1));
  const [readFile, writeFile] = ends;
  const readEnd = addDescriptor(work, slot, readFile);
  const writeEnd = readEnd === undefined ? undefined : addDescriptor(work, slot, writeFile);
  const told =
    readEnd !== undefined && writeEnd !== undefined && tell(work, slot, va, readEnd, writeEnd);
  if (told) return show(work, slot, value(0));
  for (const [fd, file] of [
    [readEnd, readFile],
    [writeEnd, writeFile],
  ] as const) {
    if (fd === undefined) closeFile(work, file);
    else closeDescriptor(work, slot, fd);
  }
  return show(work, slot, value(-1));
}

/** Both descriptors are written, or as many of their bytes as user memory takes. */
const tell = (work: Work, slot: number, va: number, readEnd: number, writeEnd: number): boolean =>
  copyOut(work, slot, va, data(littleEndian(BigInt(readEnd + writeEnd * 2 ** 32), 8))) === 8;

function makePipe(work: Work): [readFile: number, writeFile: number] | undefined {
  if (work.files.size + 2 > work.profile.nfile) return undefined;
  if (!allocateAll(work, work.profile.pipePages)) return undefined;
  let id = 0;
  while (work.pipes.has(id)) id++;
  work.pipes.set(id, { bytes: [], readOpen: true, writeOpen: true });
  const readFile = addFile(work, { kind: 'pipe', id, readable: true, writable: false })!;
  const writeFile = addFile(work, { kind: 'pipe', id, readable: false, writable: true })!;
  return [readFile, writeFile];
}

/** Can a process blocked on this pipe go on? */
export function pipeReady(work: Work, id: number, direction: 'read' | 'write'): boolean {
  const at = work.pipes.get(id)!;
  if (direction === 'read') return at.bytes.length > 0 || !at.writeOpen;
  return at.bytes.length < work.profile.pipeBytes || !at.readOpen;
}

/**
 * read from a pipe: waits while it is empty and can still be written, then takes what is there. When
 * user memory cannot be written, the bytes before that count; the byte that failed may be lost. Of a read of nothing, xv6 waits too; others need not.
 */
export function pipeRead(
  work: Work,
  slot: number,
  id: number,
  va: number,
  length: number,
): boolean {
  const from = work.pipes.get(id)!;
  if (length < 0 && choose(work, 2) === 1) return show(work, slot, value(-1));
  if (!pipeReady(work, id, 'read')) {
    if (length <= 0 && choose(work, 2) === 1) return show(work, slot, value(0));
    return update(work, slot, { blocked: { op: 'pipe-read', pipe: id, va, length } });
  }
  const bytes = Uint8Array.from(from.bytes.slice(0, Math.max(length, 0)));
  const { taken, result } = copyOutStream(work, slot, va, bytes);
  work.pipes.set(id, { ...from, bytes: from.bytes.slice(taken) });
  return show(work, slot, value(result));
}

/**
 * write to a pipe: −1 once nobody can read it, else puts bytes until all are in, waiting while it is
 * full. When user memory cannot be read, the result is what was put until then.
 */
export function pipeWrite(
  work: Work,
  slot: number,
  id: number,
  va: number,
  length: number,
  before = 0,
): boolean {
  if (length < 0 && choose(work, 2) === 1) return show(work, slot, value(-1));
  let done = before;
  if (before === 0 && readableLength(work, slot, va, length) < length && choose(work, 2) === 1) {
    note(work, 'a write that cannot read everything writes nothing');
    copyIn(work, slot, va, length);
    return show(work, slot, value(-1));
  }
  while (done < length) {
    const to = work.pipes.get(id)!;
    if (!to.readOpen) return show(work, slot, value(-1));
    const room = work.profile.pipeBytes - to.bytes.length;
    if (room === 0) {
      return update(work, slot, { blocked: { op: 'pipe-write', pipe: id, va, length, done } });
    }
    const wanted = Math.min(room, length - done);
    let { bytes } = copyIn(work, slot, va + done, wanted);
    if (bytes.length > 0 && bytes.length < wanted && choose(work, 2) === 1) {
      note(work, 'a copyin that cannot read everything reads nothing');
      bytes = bytes.subarray(0, 0);
    }
    work.pipes.set(id, { ...to, bytes: [...to.bytes, ...bytes] });
    done += bytes.length;
    if (bytes.length < wanted) return show(work, slot, failedWrite(work, done));
  }
  return show(work, slot, value(Math.max(done, 0)));
}

/** User memory unreadable: xv6 counts what was put until then, others say −1. */
function failedWrite(work: Work, done: number): Expected {
  return value(choose(work, 2) === 1 ? -1 : done);
}

/** Continues what a blocked process was doing; the pipe is ready for it. */
export function resumePipe(work: Work, slot: number): void {
  const blocked = processOf(work, slot).blocked;
  if (blocked?.op === 'pipe-read') {
    pipeRead(work, slot, blocked.pipe, blocked.va, blocked.length);
  } else if (blocked?.op === 'pipe-write') {
    const { pipe: id, va, length, done } = blocked;
    pipeWrite(work, slot, id, va, length, done);
  }
}
