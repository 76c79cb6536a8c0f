/**
 * Canonical rows: processes, the image's writable pages, and frames are renamed so that rows which
 * differ only in names become one. By sorting and greedy choice, never by trying permutations: a tie
 * that stays undecided costs a second visit, never a wrong answer.
 */
import { entryAt, FREE, frameAt, type Layout, type Row, statusOf } from './bounds.ts';

/** Writes the canonical form of `row` into `into`. */
export type Canonicalizer = (row: Row, into: Row) => void;

/** The identity, for exploration without symmetry. */
export const asIs: Canonicalizer = (row, into) => into.set(row);

export function canonicalizer(l: Layout): Canonicalizer {
  const owners = new Uint8Array(l.frames + 1);
  const colour = new Uint32Array(l.frames + 1);
  const keys = new Uint32Array(l.processes);
  const own = new Uint32Array(l.processes);
  const columnKeys = new Uint32Array(l.pages);
  const columns = new Uint8Array(l.pages);
  const order = new Uint8Array(l.processes);
  const nameOf = new Uint8Array(l.processes + 1);
  const frameName = new Uint8Array(l.frames + 1);
  const placed = new Uint8Array(l.processes);
  const rest = new Uint8Array(l.frames);

  function colourFrames(row: Row): void {
    owners.fill(0);
    const end = l.entries + l.processes * l.pages;
    for (let at = l.entries; at < end; at++) owners[row[at]! >> 2]!++;
    for (let f = 1; f <= l.frames; f++) colour[f] = (owners[f]! << 8) | row[frameAt(l, f)]!;
  }

  /** Orders the writable pages of the image by what all processes hold there. */
  function sortColumns(row: Row): void {
    for (let v = 0; v < l.pages; v++) {
      columns[v] = v;
      let sum = 0;
      for (let p = 0; p < l.processes; p++) {
        const e = row[entryAt(l, p, v)]!;
        sum = (sum + mix(statusOf(row, p), (e & 3) + 1, e === 0 ? 0 : colour[e >> 2]!)) >>> 0;
      }
      columnKeys[v] = sum;
    }
    insertionSort(columns, columnKeys, l.readOnly, l.image);
  }

  function keyProcesses(row: Row): void {
    for (let p = 0; p < l.processes; p++) {
      let key = statusOf(row, p) + 1;
      for (let i = 0; i < l.pages; i++) {
        const e = row[entryAt(l, p, columns[i]!)]!;
        key = mix(key, e & 3, e === 0 ? 0 : colour[e >> 2]!);
      }
      keys[p] = key;
    }
    // A process is told apart by its parent's look too.
    own.set(keys);
    for (let p = 0; p < l.processes; p++) {
      const parent = row[p]! >> 2;
      keys[p] = mix(own[p]!, 7, parent === 0 ? 1 : own[parent - 1]!);
    }
  }

  /** Of the processes not yet placed, the one that comes next: least key, then least entries. */
  function choose(row: Row, names: number): number {
    let best = -1;
    for (let p = 0; p < l.processes; p++) {
      if (placed[p]) continue;
      if (best < 0 || keys[p]! < keys[best]!) best = p;
      else if (keys[p] === keys[best] && compareRenamed(row, p, best, names) < 0) best = p;
    }
    return best;
  }

  /** Compares two processes' pages by the names that frames have so far. */
  function compareRenamed(row: Row, p: number, q: number, names: number): number {
    const parents = nameOf[row[p]! >> 2]! - nameOf[row[q]! >> 2]!;
    if (parents !== 0) return parents;
    for (let i = 0; i < l.pages; i++) {
      const a = frameName[row[entryAt(l, p, columns[i]!)]! >> 2]! || names;
      const b = frameName[row[entryAt(l, q, columns[i]!)]! >> 2]! || names;
      if (a !== b) return a - b;
    }
    return 0;
  }

  /** Frames that nobody maps, by what the kernel holds of them. */
  function nameRest(row: Row, next: number): void {
    let n = 0;
    for (let f = 1; f <= l.frames; f++) if (frameName[f] === 0) rest[n++] = f;
    for (let i = 1; i < n; i++) {
      for (let j = i; j > 0 && byteOf(row, rest[j]!) < byteOf(row, rest[j - 1]!); j--) {
        [rest[j], rest[j - 1]] = [rest[j - 1]!, rest[j]!];
      }
    }
    for (let i = 0; i < n; i++) frameName[rest[i]!] = next + i;
  }

  const byteOf = (row: Row, f: number): number => row[frameAt(l, f)]! ^ FREE;

  return (row, into) => {
    colourFrames(row);
    sortColumns(row);
    keyProcesses(row);
    placed.fill(0);
    frameName.fill(0);
    nameOf.fill(255);
    nameOf[0] = 0;
    let next = 1;
    for (let i = 0; i < l.processes; i++) {
      const p = choose(row, next);
      placed[p] = 1;
      order[i] = p;
      nameOf[p + 1] = i + 1;
      for (let c = 0; c < l.pages; c++) {
        const f = row[entryAt(l, p, columns[c]!)]! >> 2;
        if (f !== 0 && frameName[f] === 0) frameName[f] = next++;
      }
    }
    nameRest(row, next);
    for (let i = 0; i < l.processes; i++) {
      const p = order[i]!;
      into[i] = statusOf(row, p) | (nameOf[row[p]! >> 2]! << 2);
      for (let c = 0; c < l.pages; c++) {
        const e = row[entryAt(l, p, columns[c]!)]!;
        into[entryAt(l, i, c)] = e === 0 ? 0 : (frameName[e >> 2]! << 2) | (e & 3);
      }
    }
    for (let f = 1; f <= l.frames; f++) into[frameAt(l, frameName[f]!)] = row[frameAt(l, f)]!;
  };
}

function insertionSort(items: Uint8Array, keys: Uint32Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    for (let j = i; j > from && keys[items[j]!]! < keys[items[j - 1]!]!; j--) {
      const item = items[j]!;
      items[j] = items[j - 1]!;
      items[j - 1] = item;
    }
  }
}

const mix = (a: number, b: number, c: number): number => {
  let h = Math.imul(a ^ Math.imul(b + 0x9e37, 0x85ebca6b), 0xc2b2ae35);
  h ^= Math.imul(c + 0x27d4, 0x165667b1);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
};
