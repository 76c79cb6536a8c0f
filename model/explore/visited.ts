/**
 * The set of visited rows: open addressing in shared memory, two 32-bit words a slot (a tag and the
 * row's number), rows kept whole in one arena in the order of their discovery. Threads insert without
 * locks; a lookup compares whole rows, so nothing rests on a hash being unique.
 */

/** Everything that threads share; plain data that a message carries. */
export interface VisitedMemory {
  rowBytes: number;
  /** rows that fit */
  capacity: number;
  /** slots − 1; slots are a power of two, at least twice the capacity */
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
  /** a view of a row */
  row(number: number): Uint8Array;
  parent(number: number): number;
  action(number: number): number;
  /** ranges [from, to) of rows inserted by this thread since the last call */
  takeRanges(): [number, number][];
  /** adds a row's two hashes to a digest that does not depend on order */
  addTo(digest: [number, number], number: number): void;
}

/** More rows than there is room for. */
export class CapacityError extends Error {
  override name = 'CapacityError';
}

/** Two independent hashes of a row; the second is never 0. */
function hashRow(row: Uint8Array): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < row.length; i++) {
    a = Math.imul(a ^ row[i]!, 0x01000193);
    b = Math.imul(b ^ row[i]!, 0x5bd1e995);
    b ^= b >>> 15;
  }
  a ^= a >>> 16;
  a = Math.imul(a, 0x7feb352d);
  a ^= a >>> 15;
  return [a >>> 0, b >>> 0 || 1];
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
    if (next === end) {
      if (next > from) ranges.push([from, next]);
      next = from = Atomics.add(cursor, 0, CHUNK);
      end = next + CHUNK;
      if (end > capacity) throw new CapacityError(`more than ${capacity} states`);
    }
    return next;
  }

  function sameRow(number: number, row: Uint8Array): boolean {
    const at = number * rowBytes;
    for (let i = 0; i < rowBytes; i++) if (arena[at + i] !== row[i]) return false;
    return true;
  }

  return {
    insert(row, parent, action) {
      const [home, tag] = hashRow(row);
      let mine = -1;
      for (let slot = home & mask; ; slot = (slot + 1) & mask) {
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
        const heldTag = Atomics.load(slots, 2 * slot);
        // The other thread may not have stored its tag yet; its row stands in the arena already.
        if ((heldTag === tag || heldTag === 0) && sameRow(held - 1, row)) return -1;
      }
    },
    row: (number) => arena.subarray(number * rowBytes, (number + 1) * rowBytes),
    parent: (number) => parents[number]!,
    action: (number) => actions[number]!,
    takeRanges() {
      if (next > from) ranges.push([from, next]);
      from = next;
      return ranges.splice(0);
    },
    addTo(digest, number) {
      const [a, b] = hashRow(arena.subarray(number * rowBytes, (number + 1) * rowBytes));
      digest[0] = (digest[0] + Math.imul(a, b | 1)) | 0;
      digest[1] = (digest[1] + Math.imul(b, a | 1)) | 0;
    },
  };
}
