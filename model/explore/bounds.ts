/**
 * How a state of the core lies in a row of bytes. The core is the same machine as spec/cow.qnt:
 * processes × pages → frames, with counts, free list and one bit of content.
 */
import type { ModelBounds } from '../../spec/certificate.ts';

export type Bounds = ModelBounds;

export const UNUSED = 0;
export const LIVE = 1;
export const ZOMBIE = 2;

/** Bits of an entry's byte below the frame number (frame << 2, 0 is "not mapped"). */
export const W = 1;
export const COW = 2;

/** Bits of a frame's byte below its count (count << 2). */
export const FREE = 1;
export const ONE = 2;

/** Offsets in a row: process bytes (status | (parent + 1) << 2), entries, frames. */
export interface Layout extends Bounds {
  entries: number;
  frameBytes: number;
  /** bytes of a row */
  size: number;
}

/** Throws a RangeError naming the bound that is out of range. */
export function layoutOf(bounds: Bounds): Layout {
  const check = (name: keyof Bounds, low: number, high: number) => {
    const given = bounds[name] as number;
    if (!Number.isInteger(given) || given < low || given > high) {
      throw new RangeError(`${name}: expected ${low} to ${high}, found ${given}`);
    }
  };
  check('processes', 1, 8);
  check('pages', 1, 8);
  check('image', 1, bounds.pages);
  check('readOnly', 0, bounds.image);
  check('frames', bounds.image, 60);
  const entries = bounds.processes;
  const frameBytes = entries + bounds.processes * bounds.pages;
  return { ...bounds, entries, frameBytes, size: frameBytes + bounds.frames };
}

/** A state: one row. Frame numbers start at 1. */
export type Row = Uint8Array;

export const statusOf = (row: Row, p: number): number => row[p]! & 3;
/** Parent of a process; −1 is init. */
export const parentOf = (row: Row, p: number): number => (row[p]! >> 2) - 1;
export const setProcess = (row: Row, p: number, status: number, parent: number): void => {
  row[p] = status | ((parent + 1) << 2);
};

export const entryAt = (l: Layout, p: number, v: number): number => l.entries + p * l.pages + v;
export const frameAt = (l: Layout, frame: number): number => l.frameBytes + frame - 1;

/** Process 0 runs a fresh image, everything else is free. */
export function bootRow(l: Layout): Row {
  const row = new Uint8Array(l.size);
  setProcess(row, 0, LIVE, -1);
  for (let p = 1; p < l.processes; p++) setProcess(row, p, UNUSED, -1);
  for (let f = 1; f <= l.frames; f++) row[frameAt(l, f)] = FREE;
  for (let v = 0; v < l.image; v++) {
    row[entryAt(l, 0, v)] = ((v + 1) << 2) | (v < l.readOnly ? 0 : W);
    row[frameAt(l, v + 1)] = 1 << 2;
  }
  return row;
}
