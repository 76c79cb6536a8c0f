/**
 * The set of visited rows: open addressing in shared memory, two 32-bit words a slot (a tag and the
 * row's number), rows kept whole in one arena in the order of their discovery. Threads insert without
 * locks; a lookup compares whole rows, so nothing rests on a hash being unique.
 */
import type { Ranges } from './ranges.ts';

/** Everything that threads share; plain data that a message carries. */
export interface VisitedMemory {
  rowBytes: number;
  /** rows that fit */
  capacity: number;
  /** slots − 1; slots are a power of two, at least 1.6 times the capacity */
  mask: number;
  slots: SharedArrayBuffer;
  arena: SharedArrayBuffer;
  /** row from which each row was first reached, and by which action */
  parents: SharedArrayBuffer;
  actions: SharedArrayBuffer;
  /** [rows reserved] */
  cursor: SharedArrayBuffer;
}

/** Memory is committed by the operating system only as it is touched. */
export function allocateVisited(rowBytes: number, capacity: number): VisitedMemory {
  const slots = 2 ** Math.ceil(Math.log2(capacity * 1.6 + 16));
  return {
    rowBytes,
    capacity,
    mask: slots - 1,
    slots: new SharedArrayBuffer(slots * 8),
    arena: new SharedArrayBuffer(capacity * rowBytes),
    parents: new SharedArrayBuffer(capacity * 4),
    actions: new SharedArrayBuffer(capacity * 2),
    cursor: new SharedArrayBuffer(4),
  };
}

/** Rows that a thread reserves at once, so that threads seldom meet. */
const CHUNK = 256;

export interface Visited {
  /** Number of the row if it is new, −1 if it was known. Throws CapacityError when full. */
  insert(row: Uint8Array, parent: number, action: number): number;
  has(row: Uint8Array): boolean;
  /** Enters a row that stands in the arena already; false when an equal one was entered before. */
  adopt(number: number): boolean;
  /** a view of a row */
  row(number: number): Uint8Array;
  /** copies a row */
  read(number: number, into: Uint8Array): void;
  parent(number: number): number;
  action(number: number): number;
  /** rows inserted by this thread since the last call */
  takeRanges(): Ranges;
  /** adds a row's two hashes to a digest that does not depend on order */
  addTo(digest: [number, number], number: number): void;
}

/** More rows than there is room for. */
export class CapacityError extends Error {
  override name = 'CapacityError';
}

/** One hash of a row decides where it is looked for, the other is its tag, which is never 0. */
function homeOf(row: Uint8Array): number {
  let a = 0x811c9dc5;
  for (let i = 0; i < row.length; i++) a = Math.imul(a ^ row[i]!, 0x01000193);
  a ^= a >>> 16;
  a = Math.imul(a, 0x7feb352d);
  return (a ^ (a >>> 15)) >>> 0;
}

function tagOf(row: Uint8Array): number {
  let b = 0x9747b28c;
  for (let i = 0; i < row.length; i++) {
    b = Math.imul(b ^ row[i]!, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return b >>> 0 || 1;
}

/** A number that is the same for equal rows; `seed` chooses among many such. */
export function mixRow(row: Uint8Array, seed: number): number {
  let mixed = Math.imul(tagOf(row) ^ (seed * 0x85ebca6b), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** One thread's access to the shared set. */
export function openVisited(memory: VisitedMemory): Visited {
  const { rowBytes, mask, capacity } = memory;
  const slots = new Uint32Array(memory.slots);
  const arena = new Uint8Array(memory.arena);
  const parents = new Uint32Array(memory.parents);
  const actions = new Uint16Array(memory.actions);
  const cursor = new Int32Array(memory.cursor);
  let next = 0;
  let end = 0;
  let from = 0;
  const ranges: [number, number][] = [];

  function reserve(): number {
    if (next < end) return next;
    const got = Atomics.add(cursor, 0, CHUNK);
    if (got + CHUNK > capacity) throw new CapacityError(`more than ${capacity} states`);
    if (got !== end) {
      if (next > from) ranges.push([from, next]);
      next = from = got;
    }
    end = got + CHUNK;
    return next;
  }

  function sameRow(number: number, row: Uint8Array): boolean {
    const at = number * rowBytes;
    for (let i = 0; i < rowBytes; i++) if (arena[at + i] !== row[i]) return false;
    return true;
  }

  /**
   * Does the slot hold another row for certain? A tag is set once, after the slot's number; a thread
   * that does not see it yet compares the row, which stands in the arena before both.
   */
  const differs = (slot: number, tag: number): boolean => {
    const held = slots[2 * slot]!;
    return held !== 0 && held !== tag;
  };

  const view = (number: number) => arena.subarray(number * rowBytes, (number + 1) * rowBytes);

  return {
    insert(row, parent, action) {
      const tag = tagOf(row);
      let mine = -1;
      for (let slot = homeOf(row) & mask; ; slot = (slot + 1) & mask) {
        if (differs(slot, tag)) continue;
        let held = Atomics.load(slots, 2 * slot + 1);
        if (held === 0) {
          if (mine < 0) {
            mine = reserve();
            arena.set(row, mine * rowBytes);
            parents[mine] = parent;
            actions[mine] = action;
          }
          held = Atomics.compareExchange(slots, 2 * slot + 1, 0, mine + 1);
          if (held === 0) {
            Atomics.store(slots, 2 * slot, tag);
            next = mine + 1;
            return mine;
          }
        }
        if (sameRow(held - 1, row)) return -1;
      }
    },
    has(row) {
      const tag = tagOf(row);
      for (let slot = homeOf(row) & mask; ; slot = (slot + 1) & mask) {
        if (differs(slot, tag)) continue;
        const held = Atomics.load(slots, 2 * slot + 1);
        if (held === 0) return false;
        if (sameRow(held - 1, row)) return true;
      }
    },
    adopt(number) {
      const row = view(number);
      const tag = tagOf(row);
      for (let slot = homeOf(row) & mask; ; slot = (slot + 1) & mask) {
        if (differs(slot, tag)) continue;
        const held = slots[2 * slot + 1]!;
        if (held !== 0) {
          if (sameRow(held - 1, row)) return false;
          continue;
        }
        slots[2 * slot + 1] = number + 1;
        slots[2 * slot] = tag;
        return true;
      }
    },
    row: view,
    read(number, into) {
      const at = number * rowBytes;
      for (let i = 0; i < rowBytes; i++) into[i] = arena[at + i]!;
    },
    parent: (number) => parents[number]!,
    action: (number) => actions[number]!,
    takeRanges() {
      if (next > from) ranges.push([from, next]);
      from = next;
      return ranges.splice(0);
    },
    addTo(digest, number) {
      const row = view(number);
      const [a, b] = [homeOf(row), tagOf(row)];
      digest[0] = (digest[0] + Math.imul(a, b | 1)) | 0;
      digest[1] = (digest[1] + Math.imul(b, a | 1)) | 0;
    },
  };
}
