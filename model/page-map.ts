/**
 * A user page table, immutable: which frame each virtual page maps to, and which page-table pages
 * exist for it. Changing one page copies one lowest-level table (512 entries), as the kernel would see
 * it, so a step costs what it changes.
 */
import { LEVEL0_BYTES, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, TABLE_ENTRIES } from '../spec/sv39.ts';
import { PAGE_BYTES } from '../spec/units.ts';
import { TRAMPOLINE } from '../spec/xv6.ts';

/**
 * An entry: `frame * 32 + flags`, where flags are Sv39's R 2, W 4, X 8, U 16 (no V: 0 is "not
 * mapped"). W says that the process may write, not that the hardware bit is set: COW clears that.
 */
export type Entry = number;
const PERMISSIONS = PTE_R | PTE_W | PTE_X | PTE_U;
/**
 * Set in an entry whose hardware W bit the kernel may have cleared, because a fork shared the page
 * since its owner last wrote. It takes the place of V, which abstract entries do not need.
 */
export const PROTECTED = PTE_V;

export const entry = (frame: number, flags: number): Entry =>
  frame * 32 + (flags & (PERMISSIONS | PROTECTED));
export const frameOf = (e: Entry): number => Math.floor(e / 32);
/** R, W, X, U of an entry. */
export const flagsOf = (e: Entry): number => e & PERMISSIONS;

/** One lowest-level table: 512 entries. */
type Leaves = Int32Array;

export interface PageMap {
  /** lowest-level tables by number (va / 2 MiB); a table without entries still occupies a page */
  readonly level0: ReadonlyMap<number, Leaves>;
  /** numbers (va / 1 GiB) of the middle-level tables */
  readonly level1: ReadonlySet<number>;
  /** number of mapped pages */
  readonly mapped: number;
}

const L0_OF_TRAMPOLINE = Math.floor(TRAMPOLINE / LEVEL0_BYTES);
const NO_LEAVES: Leaves = new Int32Array(TABLE_ENTRIES);
const level1Of = (level0: number): number => Math.floor(level0 / TABLE_ENTRIES);

/** A fresh page table: trampoline and trapframe, no user page. */
export const emptyPageMap: PageMap = {
  level0: new Map([[L0_OF_TRAMPOLINE, NO_LEAVES]]),
  level1: new Set([level1Of(L0_OF_TRAMPOLINE)]),
  mapped: 0,
};

/** Pages that the page table itself occupies, root included. */
export const tablePages = (map: PageMap): number => 1 + map.level0.size + map.level1.size;

/** The entry of the page that holds `va`; 0 when there is none. */
export function lookup(map: PageMap, va: number): Entry {
  const leaves = map.level0.get(Math.floor(va / LEVEL0_BYTES));
  return leaves ? leaves[Math.floor(va / PAGE_BYTES) % TABLE_ENTRIES]! : 0;
}

/**
 * Table pages that mapping `va` would add, in the order in which walk() makes them: negative numbers
 * are middle-level tables (−1 − number), the others lowest-level ones.
 */
export function missingTables(map: PageMap, va: number): number[] {
  const level0 = Math.floor(va / LEVEL0_BYTES);
  if (map.level0.has(level0)) return [];
  const level1 = level1Of(level0);
  return map.level1.has(level1) ? [level0] : [-1 - level1, level0];
}

/** The map with these tables (numbered as by `missingTables`) present. */
export function withTables(map: PageMap, tables: readonly number[]): PageMap {
  if (tables.length === 0) return map;
  const level0 = new Map(map.level0);
  const level1 = new Set(map.level1);
  for (const table of tables) {
    if (table < 0) level1.add(-1 - table);
    else if (!level0.has(table)) level0.set(table, NO_LEAVES);
  }
  return { level0, level1, mapped: map.mapped };
}

/** The map with the entry of each page replaced (0 unmaps it); tables come into being as needed. */
export function withEntries(
  map: PageMap,
  entries: Iterable<readonly [va: number, entry: Entry]>,
): PageMap {
  const level0 = new Map(map.level0);
  let level1 = map.level1;
  let mapped = map.mapped;
  const fresh = new Set<number>();
  for (const [va, e] of entries) {
    const table = Math.floor(va / LEVEL0_BYTES);
    let leaves = level0.get(table);
    if (!leaves || !fresh.has(table)) {
      if (!leaves && !level1.has(level1Of(table))) level1 = new Set(level1).add(level1Of(table));
      leaves = (leaves ?? NO_LEAVES).slice();
      level0.set(table, leaves);
      fresh.add(table);
    }
    const index = Math.floor(va / PAGE_BYTES) % TABLE_ENTRIES;
    mapped += (e === 0 ? 0 : 1) - (leaves[index] === 0 ? 0 : 1);
    leaves[index] = e;
  }
  return { level0, level1, mapped };
}

/** A fresh map of the same pages, with only the tables they need: what fork builds for a child. */
export function copyMappings(map: PageMap): PageMap {
  const level0 = new Map(emptyPageMap.level0);
  const level1 = new Set(emptyPageMap.level1);
  for (const [table, leaves] of map.level0) {
    if (leaves === NO_LEAVES || leaves.every((e) => e === 0)) continue;
    level0.set(table, leaves);
    level1.add(level1Of(table));
  }
  return { level0, level1, mapped: map.mapped };
}

/** Mapped pages ascending by address. */
export function* mappedPages(map: PageMap): Generator<readonly [va: number, entry: Entry]> {
  if (map.mapped === 0) return;
  for (const table of [...map.level0.keys()].sort((a, b) => a - b)) {
    const leaves = map.level0.get(table)!;
    if (leaves === NO_LEAVES) continue;
    for (let i = 0; i < TABLE_ENTRIES; i++) {
      if (leaves[i] !== 0) yield [table * LEVEL0_BYTES + i * PAGE_BYTES, leaves[i]!];
    }
  }
}
