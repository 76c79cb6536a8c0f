/** What can be asked of a state: the free list's length, mappings, contents, addresses. */
import type { Address } from '../spec/operation.ts';
import { resolveIn } from './address.ts';
import { refsOf } from './frames.ts';
import { flagsOf, frameOf, lookup, mappedPages, PROTECTED } from './page-map.ts';
import { type ModelState, processOf } from './state.ts';
import { pressurePages as pagesForPressure } from './transitions/sbrk.ts';
import { peek } from './user-copy.ts';

export interface UserMapping {
  /** virtual address of the page */
  va: number;
  /** abstract number: equal exactly where the physical page is the same */
  frame: number;
  /**
   * R 2, W 4, X 8, U 16. W says that the process may write: the hardware bit must be clear where it
   * is not set here, or where the frame has more than one owner.
   */
  perms: number;
  /** may the hardware W bit be clear although the process may write and owns the frame alone? */
  mayBeProtected: boolean;
  /** mappings of the frame */
  owners: number;
}

/**
 * Length of the free list. Where a failed allocation may have left table pages, the longest: call
 * `adopt` first, or see `freePagesAtLeast`.
 */
export const freePages = (state: ModelState): number => state.free;

/** The shortest the free list may be before `adopt`. */
export const freePagesAtLeast = (state: ModelState): number =>
  state.processes.reduce((free, p) => free - p.optionalTables.length, state.free);

const mapping = (state: ModelState, va: number, e: number): UserMapping => ({
  va,
  frame: frameOf(e),
  perms: flagsOf(e),
  mayBeProtected: (e & PROTECTED) !== 0,
  owners: refsOf(state.frames, frameOf(e)),
});

/** Every mapping of a process, ascending by address; the guard page is among them (without U). */
export function* userMappings(state: ModelState, slot: number): Generator<UserMapping> {
  for (const [va, e] of mappedPages(processOf(state, slot).pages)) yield mapping(state, va, e);
}

/** The mapping of the page that holds `va`; undefined when there is none. */
export function mappingAt(state: ModelState, slot: number, va: number): UserMapping | undefined {
  const e = lookup(processOf(state, slot).pages, va);
  return e === 0 ? undefined : mapping(state, va - (va % 4096), e);
}

/** Owners of a frame. */
export const ownersOf = (state: ModelState, frame: number): number => refsOf(state.frames, frame);

/** Bytes that a process reads at an address; undefined when not all mapped, or not predictable. */
export const readContent = (
  state: ModelState,
  slot: number,
  va: number,
  length: number,
): Uint8Array | undefined => peek(state.frames, processOf(state, slot).pages, va, length);

/** The 64-bit value of a symbolic address for a process. Throws on an unknown name. */
export const resolveAddress = (state: ModelState, slot: number, address: Address): bigint =>
  resolveIn(state.image, processOf(state, slot), address);

/** Pages that a slot must take with sbrk (× 4096 bytes) so that `target` pages are free. */
export function pressurePages(state: ModelState, slot: number, target: number): number {
  const { pages, sizeBytes } = processOf(state, slot);
  return pagesForPressure(pages, sizeBytes, state.free, target);
}
