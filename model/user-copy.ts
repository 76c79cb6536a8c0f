/**
 * How the kernel moves bytes to and from user memory (copyout, copyin, copyinstr), and user code its
 * own: page by page, each access resolved as in `address-space.ts`.
 */
import { PTE_U, PTE_W, pageRoundDown } from '../spec/sv39.ts';
import { PAGE_BYTES } from '../spec/units.ts';
import { MAXVA } from '../spec/xv6.ts';
import { makePresent, makeWritable, type PageAccess, writeFrame } from './address-space.ts';
import { isUnknown, type Unknown } from './content.ts';
import { contentOf, type Frames, refsOf } from './frames.ts';
import { frameOf, lookup, type PageMap } from './page-map.ts';
import { processOf } from './state.ts';
import { allocationsLeft, choose, note, type Work } from './work.ts';

/** Bytes with the parts of them that the model cannot predict. */
export interface Data {
  bytes: Uint8Array;
  unknown: readonly Unknown[];
}

export const data = (bytes: Uint8Array): Data => ({ bytes, unknown: [] });

/** `size` bytes of a number, little-endian. */
export function littleEndian(number: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(8 * size, number);
  for (let i = 0; i < size; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

export const fromLittleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** Pieces of [va, va + length) that lie in one page each: address, offset and length. */
export function* pieces(va: number, length: number): Generator<readonly [number, number, number]> {
  for (let done = 0; done < length; ) {
    const at = va + done;
    const size = Math.min(length - done, pageRoundDown(at) + PAGE_BYTES - at);
    yield [at, done, size];
    done += size;
  }
}

/**
 * Kernel to user, as copyout: stops at the first page it may not write. Returns how many bytes were
 * written, all of them on success. Pages before the failing one keep what was written; some kernels
 * make the whole range writable first, and then write nothing to them.
 */
export function copyOut(work: Work, slot: number, va: number, from: Data): number {
  if (from.bytes.length === 0) return zeroLength(work, slot, va);
  let ready = 0;
  for (const [at, , size] of pieces(va, from.bytes.length)) {
    if (makeWritable(work, slot, at) !== 'ok') break;
    ready += size;
  }
  if (ready > 0 && ready < from.bytes.length && choose(work, 2) === 1) {
    note(work, 'a copyout that cannot write everything writes nothing');
    return 0;
  }
  for (const [at, offset, size] of pieces(va, ready)) {
    const unknown = from.unknown
      .map((part) => ({ from: part.from - offset, to: part.to - offset }))
      .filter((part) => part.from < size && part.to > 0)
      .map((part) => ({ from: Math.max(part.from, 0), to: Math.min(part.to, size) }));
    writeFrame(work, slot, at, from.bytes.subarray(offset, offset + size), unknown);
  }
  return ready;
}

/**
 * Kernel to user, from a queue of bytes that is emptied by it. When user memory cannot be written, the
 * bytes before that count; the byte that failed may be lost. `result` is what read returns.
 */
export function copyOutStream(
  work: Work,
  slot: number,
  va: number,
  bytes: Uint8Array,
): { taken: number; result: number } {
  const done = copyOut(work, slot, va, data(bytes));
  if (done === bytes.length) return { taken: done, result: done };
  const way = choose(work, done === 0 ? 3 : 2);
  const isKept = way === 1;
  note(work, `the byte that could not be copied out is ${isKept ? 'kept' : 'lost'}`);
  const fails = way === 2 || (isKept && done === 0);
  return { taken: isKept ? done : done + 1, result: fails ? -1 : done };
}

/** Some kernels resolve the first page even when there is nothing to copy. Always 0. */
function zeroLength(work: Work, slot: number, va: number): 0 {
  if (!(va >= 0 && va < MAXVA) || allocationsLeft(work) === 0) return 0;
  const e = lookup(processOf(work, slot).pages, va);
  const isShared = (e & PTE_W) !== 0 && refsOf(work.frames, frameOf(e)) > 1;
  if (e & PTE_U && isShared && choose(work, 2) === 1) {
    note(work, 'copyout of length 0 resolves its page');
    makeWritable(work, slot, va);
  }
  return 0;
}

/** User to kernel, as copyin: the readable beginning of the range, all of it on success. */
export function copyIn(work: Work, slot: number, va: number, length: number): Data {
  const chunks: Uint8Array[] = [];
  const unknown: Unknown[] = [];
  let total = 0;
  for (const [at, offset, size] of pieces(va, length)) {
    if (makePresent(work, slot, at) !== 'ok') break;
    const content = contentOf(work.frames, frameOf(lookup(processOf(work, slot).pages, at)));
    const start = at % PAGE_BYTES;
    chunks.push(content.bytes.subarray(start, start + size));
    for (const part of content.unknown) {
      const from = Math.max(part.from, start) - start;
      const to = Math.min(part.to, start + size) - start;
      if (from < to) unknown.push({ from: from + offset, to: to + offset });
    }
    total += size;
  }
  return { bytes: concatenate(chunks, total), unknown };
}

/** Bytes from `va` on that the process may read, at most `length`; changes nothing. */
export function readableLength(work: Work, slot: number, va: number, length: number): number {
  const { pages, sizeBytes } = processOf(work, slot);
  const lazy = work.profile.lazySbrk !== 'never';
  for (const [at, offset] of pieces(va, length)) {
    const e = at >= 0 && at < MAXVA ? lookup(pages, at) : 0;
    const comesAtUse = e === 0 && lazy && at >= 0 && at < sizeBytes;
    if (!(e & PTE_U) && !comesAtUse) return offset;
  }
  return Math.max(length, 0);
}

function concatenate(chunks: readonly Uint8Array[], total: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const all = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/**
 * A NUL-terminated string of at most `max` bytes with its NUL, as copyinstr; without the NUL.
 * Undefined when it is longer or runs into memory that user code cannot read.
 */
export function copyInString(
  work: Work,
  slot: number,
  va: number,
  max: number,
): Uint8Array | undefined {
  const chunks: Uint8Array[] = [];
  for (const [at, , size] of pieces(va, max)) {
    if (!stringPagePresent(work, slot, at)) return undefined;
    const { bytes } = copyIn(work, slot, at, size);
    const end = bytes.indexOf(0);
    chunks.push(end < 0 ? bytes : bytes.subarray(0, end));
    if (end >= 0)
      return concatenate(
        chunks,
        chunks.reduce((sum, c) => sum + c.length, 0),
      );
  }
  return undefined;
}

/** A page that has no frame yet: some kernels' copyinstr gives it one, others fail. */
function stringPagePresent(work: Work, slot: number, va: number): boolean {
  if (!(va >= 0 && va < MAXVA)) return false;
  const process = processOf(work, slot);
  const absent = lookup(process.pages, va) === 0;
  const promised = pageRoundDown(va) < process.sizeBytes;
  if (absent && work.profile.lazySbrk !== 'never' && promised && choose(work, 2) === 1) {
    note(work, 'copyinstr does not give a page its frame');
    return false;
  }
  return makePresent(work, slot, va) === 'ok';
}

/**
 * Resolves every page of a short user access. Of an access that crosses pages, either may be tried
 * first. `denied` and `no-memory` both end the process.
 */
export function resolveRange(
  work: Work,
  slot: number,
  va: number,
  length: number,
  resolvePage: (work: Work, slot: number, va: number) => PageAccess,
): PageAccess {
  const parts = [...pieces(va, length)];
  if (parts.length > 1 && choose(work, 2) === 1) parts.reverse();
  for (const [at] of parts) {
    const access = resolvePage(work, slot, at);
    if (access !== 'ok') return access;
  }
  return 'ok';
}

/** Bytes of user memory as they are; undefined when not all are mapped, or some are unpredictable. */
export function peek(
  frames: Frames,
  pages: PageMap,
  va: number,
  length: number,
): Uint8Array | undefined {
  const chunks: Uint8Array[] = [];
  for (const [at, , size] of pieces(va, length)) {
    const e = at >= 0 && at < MAXVA ? lookup(pages, at) : 0;
    if (e === 0) return undefined;
    const content = contentOf(frames, frameOf(e));
    const start = at % PAGE_BYTES;
    if (isUnknown(content, start, start + size)) return undefined;
    chunks.push(content.bytes.subarray(start, start + size));
  }
  return concatenate(chunks, length);
}
