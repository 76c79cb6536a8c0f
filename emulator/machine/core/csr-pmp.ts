import type { CsrRow } from '../../riscv/csrs.ts';
import { call, type Expr, i32, i64, type Stmt, when } from '../../wasm/index.ts';
import { HART } from '../layout.ts';
import type { Core } from './core.ts';
import type { CsrBehaviour } from './csr-behaviour.ts';
import { get, put } from './kit.ts';
import { PMP_ENTRIES } from './pmp.ts';

const LOCKED = 0x80;
const TOR = 1;
/** addresses of 56 bits, without the two lowest */
const ADDRESS_MASK = (1n << 54n) - 1n;

const configAt = (h: Expr, entry: number): Expr => i32.load8u(h, HART.pmpcfg + entry);

/** pmpcfg and pmpaddr (Privileged manual, 3.7.1). */
export function pmpBehaviour({ f }: Core): Record<string, CsrBehaviour> {
  const entryOf = (row: CsrRow): number =>
    row.number >= 0x3b0 ? row.number - 0x3b0 : (row.number - 0x3a0) * 4;

  const writeConfig = (h: Expr, value: Expr, entry: number): Stmt => {
    const wanted = i32.and(i32.wrap(i64.shrU(value, (entry & 7) * 8)), 0x9f);
    // W without R is reserved: the entry keeps what it has
    const reserved = i32.eq(i32.and(wanted, 3), 2);
    return when(i32.eqz(i32.or(i32.and(configAt(h, entry), LOCKED), reserved)), [
      i32.store8(h, wanted, HART.pmpcfg + entry),
    ]);
  };

  /** An address is locked by its own entry, and as the bottom of a locked range above it. */
  const locked = (h: Expr, entry: number): Expr => {
    const own = i32.and(configAt(h, entry), LOCKED);
    if (entry === PMP_ENTRIES - 1) return own;
    const rangeAbove = i32.eq(i32.and(configAt(h, entry + 1), LOCKED | 0x18), LOCKED | (TOR << 3));
    return i32.or(own, rangeAbove);
  };

  return {
    'pmpcfg#': {
      read: (h, row) => get(h, HART.pmpcfg + entryOf(row)),
      write: (h, value, _, row) => [
        ...Array.from({ length: 8 }, (_, i) => writeConfig(h, value, entryOf(row) + i)),
        call(f.pmpUpdate, h),
      ],
    },
    'pmpaddr#': {
      read: (h, row) => get(h, HART.pmpaddr + entryOf(row) * 8),
      write: (h, value, _, row) => [
        when(i32.eqz(locked(h, entryOf(row))), [
          put(h, HART.pmpaddr + entryOf(row) * 8, i64.and(value, ADDRESS_MASK)),
        ]),
        call(f.pmpUpdate, h),
      ],
    },
  };
}
