import {
  type Body,
  block,
  br,
  brIf,
  type Expr,
  type FunctionScope,
  i32,
  i64,
  type Local,
  label,
  leave,
  loop,
  type Operand,
  type Stmt,
  set,
  when,
} from '../../wasm/index.ts';
import { HART, HART_BASE, HART_STRIDE, HOT, RAM_BASE } from '../layout.ts';
import type { Core } from './core.ts';

/** Small idioms of the core's code. */

type Tuple<T, N extends number, R extends T[] = []> = R['length'] extends N
  ? R
  : Tuple<T, N, [T, ...R]>;

/** Some new i32 locals. */
export const words = <N extends number>(s: FunctionScope, count: N): Tuple<Local, N> =>
  Array.from({ length: count }, () => s.local('i32')) as Tuple<Local, N>;

/** Some new i64 locals. */
export const longs = <N extends number>(s: FunctionScope, count: N): Tuple<Local, N> =>
  Array.from({ length: count }, () => s.local('i64')) as Tuple<Local, N>;

/** The parameters, for destructuring; a name too many is undefined and fails at once. */
export const params = (s: FunctionScope): Tuple<Local, 6> => s.params as unknown as Tuple<Local, 6>;

/** i64 field of a hart. */
export const get = (h: Expr, offset: number): Expr => i64.load(h, offset);
export const put = (h: Expr, offset: number, value: Operand): Stmt => i64.store(h, value, offset);
/** i32 field of a hart. */
export const getW = (h: Expr, offset: number): Expr => i32.load(h, offset);
export const putW = (h: Expr, offset: number, value: Operand): Stmt => i32.store(h, value, offset);

export const privilege = (h: Expr): Expr => getW(h, HART.privilege);
export const mstatus = (h: Expr): Expr => get(h, HART.mstatus);

/** for (i = 0; i < count; i++) body */
export function repeat(i: Local, count: Operand, body: Body): Stmt[] {
  const top = label();
  const out = label();
  return [
    set(i, 0),
    block(out, [loop(top, [brIf(out, i32.geU(i, count)), body, set(i, i32.add(i, 1)), br(top)])]),
  ];
}

/** Runs `body` for each hart's address in `h`. */
export function forHarts(core: Core, h: Local, body: Body): Stmt[] {
  const top = label();
  const end = HART_BASE + core.layout.harts * HART_STRIDE;
  return [
    set(h, HART_BASE),
    loop(top, [body, set(h, i32.add(h, HART_STRIDE)), brIf(top, i32.ltU(h, end))]),
  ];
}

/** Do all bytes from `pa` (i64) lie in RAM? */
export const inRam = (core: Core, pa: Expr, size: Operand): Expr =>
  i64.leU(i64.sub(pa, RAM_BASE), i64.sub(core.layout.ramBytes, i64.extendU(asI32(size))));

const asI32 = (value: Operand): Expr =>
  typeof value === 'object' ? value : i32.const(Number(value));

/** Host address of a physical address in RAM. */
export const hostAddress = (core: Core, pa: Expr): Expr =>
  i32.add(pa.type === 'i64' ? i32.wrap(pa) : pa, core.layout.ram - RAM_BASE);

/** Page number of a physical address in RAM (i32). */
export const pageOf = (pa: Expr): Expr =>
  i32.shrU(i32.sub(pa.type === 'i64' ? i32.wrap(pa) : pa, RAM_BASE), 12);

export const flagsOf = (core: Core, page: Expr): Expr => i32.load8u(page, core.layout.pageFlags);
export const setFlags = (core: Core, page: Expr, flags: Expr): Stmt =>
  i32.store8(page, flags, core.layout.pageFlags);

export const eventBit = (h: Expr, bit: 1 | 2): Expr => i32.and(getW(h, HOT.event), bit);
/** Has the access just made trapped or stopped? */
export const aborted = (h: Expr): Expr => eventBit(h, 1);

/**
 * Before the host may look at a hart: a translated region has registers in its locals, so the access
 * is given to the interpreter. The slow call ends as aborted, and the dispatcher sees `inRegion`.
 */
export const leaveRegion = (h: Expr, result?: Expr): Stmt =>
  when(getW(h, HOT.inRegion), [
    putW(h, HOT.inRegion, 2),
    putW(h, HOT.event, i32.or(getW(h, HOT.event), 1)),
    leave(result),
  ]);

/** The bits of `value` where `mask` is set, else those of `old`. */
export const merge = (old: Expr, value: Expr, mask: number | bigint): Expr =>
  i64.or(i64.and(old, i64.const(~BigInt(mask))), i64.and(value, i64.const(mask)));
