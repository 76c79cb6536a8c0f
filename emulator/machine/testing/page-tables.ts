import { RAM_BASE } from '../layout.ts';
import type { Bare } from './bare.ts';

export const PTE = { V: 1n, R: 2n, W: 4n, X: 8n, U: 16n, G: 32n, A: 64n, D: 128n } as const;
export const RWX = PTE.V | PTE.R | PTE.W | PTE.X | PTE.A | PTE.D;

/** An entry that points at a physical address. */
export const entry = (pa: number, flags: bigint): bigint => ((BigInt(pa) >> 12n) << 10n) | flags;

/** Three-level page tables in pages of RAM from `base` on. */
export interface PageTables {
  readonly root: number;
  /** satp for them */
  satp(asid?: number): bigint;
  /** Maps one page; returns the physical address of the leaf entry. */
  map(va: bigint, pa: number, flags: bigint, level?: number): number;
}

export function pageTables(b: Bare, base = RAM_BASE + 0x4_0000): PageTables {
  let next = base + 0x1000;
  const { memory } = b.machine;
  memory.write(base, new Uint8Array(0x1000));
  return {
    root: base,
    satp: (asid = 0) => (8n << 60n) | (BigInt(asid) << 44n) | (BigInt(base) >> 12n),
    map(va, pa, flags, level = 0) {
      let table = base;
      for (let at = 2; at > level; at--) {
        const slot = table + Number((va >> BigInt(12 + 9 * at)) & 511n) * 8;
        if (memory.readU64(slot) === 0n) {
          memory.write(next, new Uint8Array(0x1000));
          b.longs(slot, entry(next, PTE.V));
          next += 0x1000;
        }
        table = Number(memory.readU64(slot) >> 10n) * 0x1000;
      }
      const leaf = table + Number((va >> BigInt(12 + 9 * level)) & 511n) * 8;
      b.longs(leaf, entry(pa, flags));
      return leaf;
    },
  };
}

/** Maps the code page of `bare` and its vectors for S, and enters S with paging on. */
export function enterSupervisor(b: Bare, tables: PageTables, asid = 0): void {
  for (const pa of [RAM_BASE, RAM_BASE + 0x1000]) tables.map(BigInt(pa), pa, RWX);
  b.hart.setCsr('medeleg', 0xb3ffn);
  b.hart.setCsr('satp', tables.satp(asid));
  b.hart.privilege = 1;
}
