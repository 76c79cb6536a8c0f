import { block, brIf, call, i32, i64, label, leave, set, when } from '../../wasm/index.ts';
import { CORE, DECODED_SIZE, HART, HOT, PAGE_FLAG, PAGE_SIZE, RAM_BASE } from '../layout.ts';
import type { Core } from './core.ts';
import {
  flagsOf,
  forHarts,
  get,
  getW,
  leaveRegion,
  pageOf,
  params,
  put,
  repeat,
  setFlags,
  words,
} from './kit.ts';

/**
 * What is kept for each physical page: whether it was written since the dirty list was drained, whether
 * decoded code or cached translations derive from it, whether a hart has a reservation in it.
 */
export function definePages(core: Core): void {
  const { m, f, host, layout } = core;

  m.define(f.markDirty, (s) => {
    const page = s.param(0);
    const flags = s.local('i32');
    const count = s.local('i32');
    return [
      set(flags, flagsOf(core, page)),
      when(i32.and(flags, PAGE_FLAG.dirty), [leave()]),
      setFlags(core, page, i32.or(flags, PAGE_FLAG.dirty)),
      set(count, i32.load(CORE.dirtyCount)),
      i32.store(i32.shl(count, 2), page, layout.dirtyList),
      i32.store(CORE.dirtyCount, i32.add(count, 1)),
    ];
  });

  m.define(f.dropCode, (s) => {
    const page = s.param(0);
    const running = s.local('i32');
    const index = s.local('i32');
    return [
      set(index, i32.load16u(i32.shl(page, 1), layout.codeIndex)),
      i32.store16(i32.shl(page, 1), 0, layout.codeIndex),
      setFlags(core, page, i32.and(flagsOf(core, page), ~PAGE_FLAG.code)),
      call(f.dropFetches, i32.add(i32.mul(i32.sub(index, 1), DECODED_SIZE), layout.decoded)),
      call(f.newGenerations),
      set(running, i32.load(CORE.running)),
      i32.store(running, i32.or(i32.load(running, HOT.event), 2), HOT.event),
    ];
  });

  // Takes away the other harts' reservations that a store overlaps; ours stays, as the manual allows.
  m.define(f.breakReservations, (s) => {
    const [h, pa, size] = params(s);
    const [other, left, page, at] = words(s, 4);
    const overlaps = i32.and(
      i32.ltU(at, i32.add(pa, size)),
      i32.ltU(pa, i32.add(at, getW(other, HART.reservationSize))),
    );
    return [
      set(page, pageOf(pa)),
      forHarts(core, other, [
        when(i64.ne(get(other, HART.reservation), -1), [
          set(at, i32.wrap(get(other, HART.reservation))),
          when(
            i32.and(i32.ne(other, h), overlaps),
            [put(other, HART.reservation, -1)],
            [set(left, i32.or(left, i32.eq(pageOf(at), page)))],
          ),
        ]),
      ]),
      when(i32.eqz(left), [
        setFlags(core, page, i32.and(flagsOf(core, page), ~PAGE_FLAG.reserved)),
      ]),
    ];
  });

  m.define(f.touchPage, (s) => {
    const page = s.param(0);
    const has = (flag: number) => i32.and(flagsOf(core, page), flag);
    return [
      call(f.markDirty, page),
      when(has(PAGE_FLAG.code), [call(f.dropCode, page)]),
      when(has(PAGE_FLAG.walked), [
        call(f.flushAll),
        setFlags(core, page, i32.and(flagsOf(core, page), ~PAGE_FLAG.walked)),
      ]),
      when(has(PAGE_FLAG.reserved), [
        call(f.breakReservations, 0, i32.add(i32.shl(page, 12), RAM_BASE), PAGE_SIZE),
      ]),
    ];
  });

  m.define(f.checkWatch, (s) => {
    const [h, va, pa, size, kind] = params(s);
    const out = label();
    return [
      block(out, [
        brIf(out, i32.eqz(i32.and(flagsOf(core, pageOf(pa)), i32.shl(PAGE_FLAG.watchLoad, kind)))),
        // reported already, and told to go on
        brIf(out, i64.eq(get(h, HART.resumePc), get(h, HART.pc))),
        leaveRegion(h, i32.const(1)),
        brIf(out, i32.eqz(call(host.watch, h, kind, va, pa, size))),
        i32.store(h, i32.or(getW(h, HOT.event), 1), HOT.event),
        leave(i32.const(1)),
      ]),
      leave(i32.const(0)),
    ];
  });

  m.define(f.pagesReplaced, (s) => {
    const list = s.param(0);
    const count = s.param(1);
    const i = s.local('i32');
    const page = s.local('i32');
    const flags = s.local('i32');
    const flush = s.local('i32');
    return [
      repeat(i, count, [
        set(page, i32.load(i32.add(list, i32.shl(i, 2)))),
        set(flags, flagsOf(core, page)),
        when(i32.and(flags, PAGE_FLAG.code), [call(f.dropCode, page)]),
        when(i32.and(flags, PAGE_FLAG.walked), [
          set(flush, 1),
          setFlags(core, page, i32.and(flagsOf(core, page), ~PAGE_FLAG.walked)),
        ]),
      ]),
      when(flush, [call(f.flushAll)]),
    ];
  });
}
