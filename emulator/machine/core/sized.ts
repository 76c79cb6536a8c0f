import { type Expr, i32, i64, leave, set, when } from '../../wasm/index.ts';
import type { Core } from './core.ts';
import { longs, params } from './kit.ts';

/** Loads and stores of a size known only at run time; products of which the upper half is wanted. */
export function defineSized(core: Core): void {
  defineAccesses(core);
  defineMulHigh(core);
}

function defineAccesses({ m, f }: Core): void {
  m.define(f.loadSized, (s) => {
    const [address, size] = params(s);
    return [
      when(i32.eq(size, 8), [leave(i64.load(address))]),
      when(i32.eq(size, 4), [leave(i64.load32u(address))]),
      when(i32.eq(size, 1), [leave(i64.load8u(address))]),
      leave(i64.load16u(address)),
    ];
  });
  m.define(f.storeSized, (s) => {
    const [address, value, size] = params(s);
    return [
      when(i32.eq(size, 8), [i64.store(address, value), leave()]),
      when(i32.eq(size, 4), [i64.store32(address, value), leave()]),
      when(i32.eq(size, 1), [i64.store8(address, value), leave()]),
      i64.store16(address, value),
    ];
  });
}

/** Upper half of an unsigned product, by 32-bit halves. */
function defineMulHigh({ m, f }: Core): void {
  m.define(f.mulHighU, (s) => {
    const [a, b] = params(s);
    const [low, middle, other] = longs(s, 3);
    const lowHalf = (value: Expr) => i64.and(value, 0xffff_ffff);
    const highHalf = (value: Expr) => i64.shrU(value, 32);
    return [
      set(low, i64.mul(lowHalf(a), lowHalf(b))),
      set(middle, i64.add(i64.mul(highHalf(a), lowHalf(b)), highHalf(low))),
      set(other, i64.add(i64.mul(lowHalf(a), highHalf(b)), lowHalf(middle))),
      leave(i64.add(i64.add(i64.mul(highHalf(a), highHalf(b)), highHalf(middle)), highHalf(other))),
    ];
  });
}
