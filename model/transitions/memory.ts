/** Memory accesses of user code: a fault that copy-on-write cannot resolve ends the process. */
import type { MemoryOperation } from '../../spec/operation.ts';
import { PTE_R, PTE_X } from '../../spec/sv39.ts';
import { MAXVA } from '../../spec/xv6.ts';
import { makePresent, makeWritable, writeFrame } from '../address-space.ts';
import { type Expected, value } from '../outcome.ts';
import { flagsOf, lookup, PROTECTED } from '../page-map.ts';
import { processOf } from '../state.ts';
import { fromLittleEndian, littleEndian, peek, pieces, resolveRange } from '../user-copy.ts';
import { choose, note, show, type Work } from '../work.ts';
import { killNow } from './exit.ts';

type Of<Name extends MemoryOperation['op']> = Extract<MemoryOperation, { op: Name }>;
/** An operation with its address resolved. */
export type At<O> = Omit<O, 'va'> & { va: number };

const OK: Expected = { kind: 'ok' };

/** The bytes that user code reads at an address; undefined when the access ends the process. */
function readUser(work: Work, slot: number, va: number, width: number): Uint8Array | undefined {
  if (resolveRange(work, slot, va, width, makePresent) !== 'ok') return undefined;
  const { pages } = processOf(work, slot);
  for (const [at] of pieces(va, width)) {
    if (!(flagsOf(lookup(pages, at)) & PTE_R)) return undefined;
  }
  return peek(work.frames, pages, va, width);
}

function writeUser(work: Work, slot: number, va: number, bytes: Uint8Array): void {
  for (const [at, offset, size] of pieces(va, bytes.length)) {
    writeFrame(work, slot, at, bytes.subarray(offset, offset + size));
  }
}

/** Load of 1, 2, 4 or 8 bytes: the zero-extended value (lbu, lhu, lwu, ld). */
export function load(work: Work, slot: number, { va, width }: At<Of<'load'>>): boolean {
  const bytes = readUser(work, slot, va, width);
  if (!bytes) return killNow(work, slot);
  return show(work, slot, value(fromLittleEndian(bytes)));
}

export function store(work: Work, slot: number, operation: At<Of<'store'>>): boolean {
  const { va, width } = operation;
  if (resolveRange(work, slot, va, width, makeWritable) !== 'ok') return killNow(work, slot);
  writeUser(work, slot, va, littleEndian(BigInt(operation.value), width));
  return show(work, slot, OK);
}

/** Atomic read-modify-write: needs alignment (else an exception) and the right to store. */
export function amo(work: Work, slot: number, operation: At<Of<'amo'>>): boolean {
  const { va, width, kind } = operation;
  if (va % width !== 0 || makeWritable(work, slot, va) !== 'ok') return killNow(work, slot);
  const old = fromLittleEndian(readUser(work, slot, va, width)!);
  const operand = BigInt(operation.value);
  const result = { add: old + operand, swap: operand, or: old | operand }[kind];
  writeUser(work, slot, va, littleEndian(result, width));
  return show(work, slot, value(signExtend(old, width)));
}

/** A 4-byte value sign-extended to the register's 64 bits, as lr.w and the amos of words do. */
const signExtend = (bits: bigint, width: number): bigint => BigInt.asIntN(8 * width, bits);

/**
 * lr and sc once. Where the store faults, the trap may have lost the reservation: then sc fails,
 * before or after the page was made writable.
 */
export function lrsc(work: Work, slot: number, operation: At<Of<'lrsc'>>): boolean {
  const { va, width } = operation;
  const bytes = va % width === 0 ? readUser(work, slot, va, width) : undefined;
  if (!bytes) return killNow(work, slot);
  const old = signExtend(fromLittleEndian(bytes), width);
  const mayFault = (lookup(processOf(work, slot).pages, va) & PROTECTED) !== 0;
  const way = mayFault ? choose(work, 3) : 0;
  const fails = (sc: 0 | 1) => show(work, slot, { ...inA0(old), sc });
  if (way === 2) {
    note(work, 'sc fails without a fault');
    return fails(1);
  }
  if (makeWritable(work, slot, va) !== 'ok') return killNow(work, slot);
  if (way === 1) {
    note(work, 'sc fails after its fault');
    return fails(1);
  }
  writeUser(work, slot, va, littleEndian(BigInt(operation.value), width));
  return fails(0);
}

const inA0 = (old: bigint) => value(old) as Extract<Expected, { kind: 'value' }>;

/** The two encodings of a return that the model follows: `c.jr ra` and `jalr x0, 0(ra)`. */
const C_RET = 0x8082n;
const RET = 0x8067n;

/**
 * Jump there and come back. False when the page is executable but holds no return instruction: what
 * would happen then is not the model's to say.
 */
export function jump(work: Work, slot: number, { va }: At<Of<'fetch'>>): boolean {
  const at = va - (va % 2);
  const { pages } = processOf(work, slot);
  const e = at >= 0 && at < MAXVA ? lookup(pages, at) : 0;
  if ((flagsOf(e) & (PTE_X | 16)) !== (PTE_X | 16)) {
    killNow(work, slot);
    return true;
  }
  const short = peek(work.frames, pages, at, 2);
  const long = peek(work.frames, pages, at, 4);
  const returns =
    (short && fromLittleEndian(short) === C_RET) || (long && fromLittleEndian(long) === RET);
  if (!returns) return false;
  show(work, slot, OK);
  return true;
}

/** Stores a byte over a range, ascending; the first page that it may not write ends the process. */
export function fill(work: Work, slot: number, operation: At<Of<'fill'>>): boolean {
  const { va, length } = operation;
  for (const [at, , size] of pieces(va, length)) {
    if (makeWritable(work, slot, at) !== 'ok') return killNow(work, slot);
    writeFrame(work, slot, at, new Uint8Array(size).fill(operation.value & 0xff));
  }
  return show(work, slot, OK);
}
