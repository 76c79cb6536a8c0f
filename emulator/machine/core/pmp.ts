import {
  block,
  brIf,
  call,
  choose,
  type Expr,
  i32,
  i64,
  label,
  leave,
  select,
  set,
  when,
} from '../../wasm/index.ts';
import { HART } from '../layout.ts';
import type { Core } from './core.ts';
import { getW, longs, params, putW, repeat, words } from './kit.ts';

export const PMP_ENTRIES = 16;

/** What HART.pmpMode says. */
const PMP_OFF = 0;
const PMP_OPEN = 1;
export const PMP_ENFORCED = 2;

const config = (h: Expr, index: Expr): Expr => i32.load8u(i32.add(h, index), HART.pmpcfg);
const address = (h: Expr, index: Expr): Expr =>
  i64.load(i32.add(h, i32.shl(index, 3)), HART.pmpaddr);

/**
 * Physical memory protection (Privileged manual, 3.7), 16 entries. Until one is programmed, S and U may
 * access everything, as if none were implemented: kernels of 2020 and 2021 rely on it.
 */
export function definePmp(core: Core): void {
  defineCheck(core);
  defineUpdate(core);
}

/** Permission bits of an entry: R 1, W 2, X 4; kinds are load, store, fetch. */
const wantedBit = (kind: Expr): Expr => i32.shl(1, kind);

function defineCheck({ m, f }: Core): void {
  m.define(f.pmpCheck, (s) => {
    const [h, pa, size, kind, mode] = params(s);
    const [i, entry] = words(s, 2);
    const [low, high, end, mask] = longs(s, 4);
    const next = label();
    const matching = i32.and(i32.shrU(entry, 3), 3);
    const bounds = when(
      i32.eq(matching, 1),
      [
        set(low, choose(i, i64.shl(address(h, i32.sub(i, 1)), 2), i64.const(0))),
        set(high, i64.shl(address(h, i), 2)),
      ],
      [
        // NAPOT: the trailing ones give the size; NA4 has none
        set(mask, address(h, i)),
        set(mask, select(i32.eq(matching, 3), i64.xor(mask, i64.add(mask, 1)), i64.const(0))),
        set(low, i64.shl(i64.and(address(h, i), i64.xor(mask, -1)), 2)),
        set(high, i64.add(low, i64.shl(i64.add(mask, 1), 2))),
      ],
    );
    const inside = i32.and(i64.geU(pa, low), i64.leU(end, high));
    return [
      when(i32.ne(getW(h, HART.pmpMode), PMP_ENFORCED), [leave(i32.const(1))]),
      set(end, i64.add(pa, i64.extendU(size))),
      repeat(i, PMP_ENTRIES, [
        block(next, [
          set(entry, config(h, i)),
          brIf(next, i32.eqz(matching)),
          bounds,
          brIf(next, i32.or(i64.geU(pa, high), i64.leU(end, low))),
          when(i32.eqz(inside), [leave(i32.const(0))]),
          when(i32.and(i32.eq(mode, 3), i32.eqz(i32.and(entry, 0x80))), [leave(i32.const(1))]),
          leave(i32.ne(i32.and(entry, wantedBit(kind)), 0)),
        ]),
      ]),
      leave(i32.eq(mode, 3)),
    ];
  });
}

/**
 * Summarises the entries. The common case, one first entry that opens everything, costs nothing more
 * per access; anything else is looked at access by access.
 */
function defineUpdate({ m, f }: Core): void {
  m.define(f.pmpUpdate, (s) => {
    const h = s.param(0);
    const [i, any] = words(s, 2);
    const first = config(h, i32.const(0));
    const matching = i32.and(i32.shrU(first, 3), 3);
    const reach = address(h, i32.const(0));
    // 4 GiB and more as top of a range, or every bit set as NAPOT: nothing of the board lies above
    const opensAll = i32.and(
      i32.eq(i32.and(first, 7), 7),
      i32.or(
        i32.and(i32.eq(matching, 1), i64.geU(reach, 0x4000_0000)),
        i32.and(i32.eq(matching, 3), i64.geU(reach, 0x1f_ffff_ffff_ffffn)),
      ),
    );
    return [
      repeat(i, PMP_ENTRIES, [set(any, i32.or(any, i32.and(config(h, i), 0x18)))]),
      putW(
        h,
        HART.pmpMode,
        select(
          any,
          select(opensAll, i32.const(PMP_OPEN), i32.const(PMP_ENFORCED)),
          i32.const(PMP_OFF),
        ),
      ),
      call(f.flushHart, h),
      call(f.selectContexts, h),
    ];
  });
}
