import type { CsrRow } from '../../riscv/csrs.ts';
import { type Body, type Expr, i64, type Local } from '../../wasm/index.ts';
import { get, merge, put } from './kit.ts';

/** What a register does when read and written by code that may. */
export interface CsrBehaviour {
  readonly read: (h: Expr, row: CsrRow) => Expr;
  /** `scratch` is free to use; absent: writes change nothing */
  readonly write?: (h: Expr, value: Local, scratch: Local, row: CsrRow) => Body;
  /** i32: not zero for an access that the hart's state forbids */
  readonly denied?: (h: Expr, row: CsrRow) => Expr;
}

/** A field of the hart block of which software may write the bits of `mask`. */
export const stored = (field: number, mask: number | bigint = -1): CsrBehaviour => ({
  read: (h) => get(h, field),
  write: (h, value) => [
    put(h, field, BigInt(mask) === -1n ? value : merge(get(h, field), value, mask)),
  ],
});

/** A register that always reads the same. */
export const constant = (value: number | bigint): CsrBehaviour => ({
  read: () => i64.const(value),
});
