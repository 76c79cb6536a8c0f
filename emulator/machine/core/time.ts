import {
  call,
  type Expr,
  i32,
  i64,
  type Local,
  leave,
  select,
  set,
  when,
} from '../../wasm/index.ts';
import { CORE, GLOBAL, HART, HOT } from '../layout.ts';
import type { Core } from './core.ts';
import { get, getW, longs, params, put, putW } from './kit.ts';

const MTIP = 1 << 7;
const STIP = 1 << 5;

/** menvcfg.STCE: does this hart have stimecmp? (Sstc) */
export const hasSstc = (h: Expr): Expr => i64.ltS(get(h, HART.menvcfg), 0);

/** Time: retired instructions, and mtime in ticks of the board's clock. */
export function defineTime({ m, f }: Core): void {
  m.define(f.now, () => [
    leave(
      i64.add(
        i64.load(GLOBAL.clock),
        i64.extendS(i32.sub(i32.load(CORE.chunk), i32.load(i32.load(CORE.running), HOT.left))),
      ),
    ),
  ]);

  m.define(f.mtime, () => [
    when(i32.load(GLOBAL.frozen), [leave(i64.load(GLOBAL.frozenTime))]),
    leave(
      i64.add(
        i64.divU(call(f.now), i64.load32u(GLOBAL.insnsPerTick)),
        i64.load(GLOBAL.mtimeOffset),
      ),
    ),
  ]);

  m.define(f.updateTimers, (s) => {
    const h = s.param(0);
    const [time, lines] = longs(s, 2);
    const line = (mask: number, on: Expr) => i64.mul(i64.extendU(on), mask);
    return [
      set(time, call(f.mtime)),
      set(lines, i64.and(get(h, HART.mipLines), ~(MTIP | STIP))),
      set(lines, i64.or(lines, line(MTIP, i64.geU(time, get(h, HART.mtimecmp))))),
      when(hasSstc(h), [
        set(lines, i64.or(lines, line(STIP, i64.geU(time, get(h, HART.stimecmp))))),
      ]),
      when(i64.ne(lines, get(h, HART.mipLines)), [
        put(h, HART.mipLines, lines),
        putW(h, HOT.irqCheck, 1),
        putW(h, HOT.event, i32.or(getW(h, HOT.event), 2)),
      ]),
    ];
  });

  // called between chunks, when `now` is the clock itself
  m.define(f.deadline, (s) => {
    const h = s.param(0);
    const [time, best, phase] = longs(s, 3);
    const consider = (compare: Expr, ticks: Local) =>
      when(i64.gtU(compare, time), [
        set(ticks, i64.sub(compare, time)),
        when(i64.ltU(ticks, best), [set(best, ticks)]),
      ]);
    const ticks = s.local('i64');
    const never = 2 ** 40;
    return [
      when(i32.load(GLOBAL.frozen), [leave(i64.const(-1))]),
      set(time, call(f.mtime)),
      set(best, never),
      consider(get(h, HART.mtimecmp), ticks),
      when(hasSstc(h), [consider(get(h, HART.stimecmp), ticks)]),
      set(phase, i64.remU(i64.load(GLOBAL.clock), i64.load32u(GLOBAL.insnsPerTick))),
      leave(
        select(
          i64.eq(best, never),
          i64.const(-1),
          i64.sub(i64.mul(best, i64.load32u(GLOBAL.insnsPerTick)), phase),
        ),
      ),
    ];
  });

  m.define(f.setLines, (s) => {
    const [h, mask, value] = params(s);
    const lines = s.local('i64');
    return [
      set(lines, i64.or(i64.and(get(h, HART.mipLines), i64.xor(mask, -1)), i64.and(value, mask))),
      when(i64.ne(lines, get(h, HART.mipLines)), [
        put(h, HART.mipLines, lines),
        putW(h, HOT.irqCheck, 1),
        putW(h, HOT.event, i32.or(getW(h, HOT.event), 2)),
      ]),
    ];
  });
}
