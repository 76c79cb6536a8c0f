import type { Bounds } from './bounds.ts';
import { type Ranges, sizeOf } from './ranges.ts';
import type { CoreDepth } from './search.ts';
import { openVisited, type Visited, type VisitedMemory } from './visited.ts';

/** Where a search stands between two rows: all that is needed to go on. */
export interface CoreCheckpoint {
  bounds: Bounds;
  model: string;
  /** depths that were expanded whole */
  depths: CoreDepth[];
  /** transitions so far, of each action of `allActions` */
  transitions: number[];
  /** rows that were expanded, those of the depth at hand that were not, and new ones that these led to */
  expanded: Ranges;
  left: Ranges;
  next: Ranges;
  /** rows from 0 on; some, in none of the ranges, are empty */
  rows: { arena: Uint8Array; parents: Uint8Array; actions: Uint8Array };
}

const PARENT_BYTES = 4;
const ACTION_BYTES = 2;

/** The rows that the ranges reach, as views of the shared memory. */
export function rowsUpTo(memory: VisitedMemory, ranges: readonly Ranges[]): CoreCheckpoint['rows'] {
  const end = extentOf(ranges);
  return {
    arena: new Uint8Array(memory.arena, 0, end * memory.rowBytes),
    parents: new Uint8Array(memory.parents, 0, end * PARENT_BYTES),
    actions: new Uint8Array(memory.actions, 0, end * ACTION_BYTES),
  };
}

/** The rows of the ranges alone, one after the other, in pieces. */
export function rowsOf(rows: Uint8Array, rowBytes: number, ranges: Readonly<Ranges>): Uint8Array[] {
  return ranges.map(([from, to]) => rows.subarray(from * rowBytes, to * rowBytes));
}

/** Rows from 0 to the last one that a range holds. */
const extentOf = (ranges: readonly Ranges[]): number =>
  ranges.flat().reduce((most, [, to]) => Math.max(most, to), 0);

/**
 * Puts rows into an empty set and enters those of the ranges. Throws a RangeError when there is no room,
 * or when one stands there twice.
 */
export function enterRows(
  memory: VisitedMemory,
  rows: Pick<CoreCheckpoint['rows'], 'arena'> & Partial<CoreCheckpoint['rows']>,
  ranges: readonly Ranges[],
): Visited {
  const end = extentOf(ranges);
  if (end > memory.capacity) {
    const held = ranges.reduce((sum, each) => sum + sizeOf(each), 0);
    throw new RangeError(`${held} states are more than there is room for (${memory.capacity})`);
  }
  new Uint8Array(memory.arena).set(rows.arena);
  new Uint8Array(memory.parents).set(rows.parents ?? []);
  new Uint8Array(memory.actions).set(rows.actions ?? []);
  Atomics.store(new Int32Array(memory.cursor), 0, end);
  const visited = openVisited(memory);
  for (const [from, to] of ranges.flat()) {
    for (let number = from; number < to; number++) {
      if (!visited.adopt(number)) throw new RangeError(`state ${number} is listed twice`);
    }
  }
  return visited;
}
