import {
  HART,
  HART_BASE,
  HART_STRIDE,
  type Layout,
  RAM_BASE,
  STRICT_BASE,
  STRICT_ENTRIES,
  STRICT_ENTRY_SIZE,
  STRICT_STRIDE,
} from './layout.ts';
import type { Views } from './views.ts';

type Kind = 'load' | 'store' | 'fetch';
/** Physical address that a hart would reach, without side effects; undefined on a fault. */
export type PageWalker = (h: number, va: bigint, kind: Kind) => number | undefined;

const PTE = { V: 1n, R: 2n, W: 4n, X: 8n, U: 16n, G: 32n, A: 64n, D: 128n };
const PPN_MASK = (1n << 44n) - 1n;
const ADUE = 1n << 61n;
const MPRV = 1n << 17n;
const SUM = 1n << 18n;
const MXR = 1n << 19n;

/** A second, plain reading of the manual's algorithm, which also checks the core's (tests). */
export function createPageWalker(views: Views, layout: Layout, strict: boolean): PageWalker {
  const inRam = (pa: bigint): boolean =>
    pa >= BigInt(RAM_BASE) && pa + 8n <= BigInt(RAM_BASE + layout.ramBytes);
  const read = (pa: bigint): bigint => views.u64(layout.ram + Number(pa) - RAM_BASE);

  function strictEntry(h: number, va: bigint): { pte: bigint; level: number } | undefined {
    const vpn = Number((va >> 12n) & 0x7ffffffn);
    const index = (vpn ^ ((vpn >>> 9) + (vpn >>> 17))) & (STRICT_ENTRIES - 1);
    const table = STRICT_BASE + ((h - HART_BASE) / HART_STRIDE) * STRICT_STRIDE;
    const key = views.u64(table + index * STRICT_ENTRY_SIZE);
    const value = views.u64(table + index * STRICT_ENTRY_SIZE + 8);
    const asid = (views.u64(h + HART.satp) >> 44n) & 0xffffn;
    const matches =
      key >> 63n === 1n && Number(key & 0x7ffffffn) === vpn && ((key >> 32n) & 0xffffn) === asid;
    const global = key >> 63n === 1n && Number(key & 0x7ffffffn) === vpn && (value & PTE.G) !== 0n;
    if (!matches && !global) return undefined;
    return { pte: value & ((1n << 54n) - 1n), level: Number(value >> 54n) };
  }

  function leafEntry(h: number, va: bigint): { pte: bigint; level: number } | undefined {
    if (BigInt.asUintN(64, BigInt.asIntN(39, va)) !== va) return undefined;
    let table = (views.u64(h + HART.satp) & PPN_MASK) << 12n;
    for (let level = 2; level >= 0; level--) {
      const at = table + ((va >> BigInt(12 + 9 * level)) & 511n) * 8n;
      if (!inRam(at)) return undefined;
      const pte = read(at);
      if (!(pte & PTE.V) || (pte & (PTE.R | PTE.W)) === PTE.W || pte >> 54n !== 0n) {
        return undefined;
      }
      if (pte & (PTE.R | PTE.X)) return { pte, level };
      if (pte & (PTE.A | PTE.D | PTE.U)) return undefined;
      table = ((pte >> 10n) & PPN_MASK) << 12n;
    }
    return undefined;
  }

  function permitted(h: number, pte: bigint, kind: Kind, privilege: number): boolean {
    const status = views.u64(h + HART.mstatus);
    const readable = (pte & PTE.R) !== 0n || ((status & MXR) !== 0n && (pte & PTE.X) !== 0n);
    const right = kind === 'load' ? readable : (pte & (kind === 'store' ? PTE.W : PTE.X)) !== 0n;
    const user = (pte & PTE.U) !== 0n;
    const mine = privilege === 0 ? user : !user || ((status & SUM) !== 0n && kind !== 'fetch');
    const needed = kind === 'store' ? PTE.A | PTE.D : PTE.A;
    const touched = (pte & needed) === needed || (views.u64(h + HART.menvcfg) & ADUE) !== 0n;
    return right && mine && touched;
  }

  return (h, va, kind) => {
    let privilege = views.u32(h + HART.privilege);
    const status = views.u64(h + HART.mstatus);
    if (kind !== 'fetch' && privilege === 3 && (status & MPRV) !== 0n) {
      privilege = Number((status >> 11n) & 3n);
    }
    if (privilege === 3 || views.u64(h + HART.satp) >> 60n === 0n) return physical(va);
    const found = (strict ? strictEntry(h, va) : undefined) ?? leafEntry(h, va);
    if (!found || !permitted(h, found.pte, kind, privilege)) return undefined;
    const mask = (1n << BigInt(12 + 9 * found.level)) - 1n;
    const base = ((found.pte >> 10n) & PPN_MASK) << 12n;
    if ((base & mask) >> 12n !== 0n) return undefined;
    return physical(base | (va & mask));
  };

  function physical(pa: bigint): number | undefined {
    return pa < 1n << 56n && pa <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(pa) : undefined;
  }
}
