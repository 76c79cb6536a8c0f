import { type Expr, i32, i64, type Stmt } from '../../wasm/index.ts';
import type { Size } from '../sem.ts';

/** The TLB entry of `va`, whose tag hits for an aligned access of this size within its page. */
export function tlbEntry(table: Expr, va: Expr): Expr {
  return i32.add(i32.and(i32.shrU(i32.wrap(va), 8), 0xff0), table);
}

export function tagHits(entry: Expr, va: Expr, size: Size): Expr {
  return i64.eq(i64.load(entry), i64.and(va, -4096 + (size - 1)));
}

/** Loads guest memory at a host address. */
export function loadFrom(size: Size, signed: boolean, host: Expr, offset: number): Expr {
  switch (size) {
    case 1:
      return (signed ? i64.load8s : i64.load8u)(host, offset);
    case 2:
      return (signed ? i64.load16s : i64.load16u)(host, offset);
    case 4:
      return (signed ? i64.load32s : i64.load32u)(host, offset);
    case 8:
      return i64.load(host, offset);
  }
}

export function storeTo(size: Size, host: Expr, value: Expr, offset: number): Stmt {
  const store = { 1: i64.store8, 2: i64.store16, 4: i64.store32, 8: i64.store }[size];
  return store(host, value, offset);
}

/** A value as the core returns it, as the instruction wants it. */
export function extend(size: Size, signed: boolean, value: Expr): Expr {
  if (!signed || size === 8) return value;
  const extended = { 1: i64.extend8s, 2: i64.extend16s, 4: i64.extend32s }[size];
  return extended(value);
}
