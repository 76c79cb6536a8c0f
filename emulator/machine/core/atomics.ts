import {
  block,
  brIf,
  call,
  type Expr,
  i32,
  i64,
  label,
  leave,
  set,
  when,
} from '../../wasm/index.ts';
import { HART, PAGE_FLAG } from '../layout.ts';
import { cache, fault, NEVER_WRITABLE, translate } from './access.ts';
import { type Core, LOAD, STORE } from './core.ts';
import {
  aborted,
  flagsOf,
  get,
  getW,
  hostAddress,
  inRam,
  longs,
  pageOf,
  params,
  put,
  putW,
  setFlags,
} from './kit.ts';

/** LR, SC, and the slow path of the AMOs (Unprivileged manual, chapter 14). */
export function defineAtomics(core: Core): void {
  const { m, f } = core;
  const misaligned = (va: Expr, size: Expr): Expr => i32.and(i32.wrap(va), i32.sub(size, 1));

  m.define(f.storeAddress, (s) => {
    const [h, va, size] = params(s);
    const pa = s.local('i64');
    const flags = s.local('i32');
    return [
      when(misaligned(va, size), [call(f.raise, h, 6, va), leave(i32.const(0))]),
      set(pa, translate(core, h, va, STORE, size)),
      when(aborted(h), [leave(i32.const(0))]),
      when(i32.eqz(inRam(core, pa, size)), [fault(core, h, va, STORE), leave(i32.const(0))]),
      when(i32.and(flagsOf(core, pageOf(pa)), PAGE_FLAG.watchLoad | PAGE_FLAG.watchStore), [
        when(call(f.checkWatch, h, va, i32.wrap(pa), size, LOAD), [leave(i32.const(0))]),
        when(call(f.checkWatch, h, va, i32.wrap(pa), size, STORE), [leave(i32.const(0))]),
      ]),
      set(flags, flagsOf(core, pageOf(pa))),
      call(f.markDirty, pageOf(pa)),
      when(i32.and(flagsOf(core, pageOf(pa)), PAGE_FLAG.code), [call(f.dropCode, pageOf(pa))]),
      // what the atomic will write is not known here: as if the entry lost a permission
      when(i32.and(flagsOf(core, pageOf(pa)), PAGE_FLAG.walked), [call(f.touchPage, pageOf(pa))]),
      when(i32.and(flagsOf(core, pageOf(pa)), PAGE_FLAG.reserved), [
        call(f.breakReservations, h, i32.wrap(pa), size),
      ]),
      when(i32.eqz(i32.and(flags, NEVER_WRITABLE)), [cache(core, h, va, pa, STORE)]),
      leave(hostAddress(core, pa)),
    ];
  });

  m.define(f.loadReserved, (s) => {
    const [h, va, size] = params(s);
    const [pa, value] = longs(s, 2);
    const page = s.local('i32');
    return [
      when(misaligned(va, size), [call(f.raise, h, 4, va), leave(i64.const(0))]),
      set(pa, translate(core, h, va, LOAD, size)),
      when(aborted(h), [leave(i64.const(0))]),
      when(i32.eqz(inRam(core, pa, size)), [fault(core, h, va, LOAD), leave(i64.const(0))]),
      set(page, pageOf(pa)),
      when(i32.and(flagsOf(core, page), PAGE_FLAG.watchLoad), [
        when(call(f.checkWatch, h, va, i32.wrap(pa), size, LOAD), [leave(i64.const(0))]),
      ]),
      put(h, HART.reservation, pa),
      putW(h, HART.reservationSize, size),
      // with one hart nobody else's store can come between
      ...(core.layout.harts > 1
        ? [
            when(i32.eqz(i32.and(flagsOf(core, page), PAGE_FLAG.reserved)), [
              setFlags(core, page, i32.or(flagsOf(core, page), PAGE_FLAG.reserved)),
              call(f.dropWrites, page),
            ]),
          ]
        : []),
      set(value, call(f.loadSized, hostAddress(core, pa), size)),
      when(i32.eq(size, 4), [set(value, i64.extend32s(value))]),
      leave(value),
    ];
  });

  m.define(f.storeConditional, (s) => {
    const [h, va, value, size] = params(s);
    const pa = s.local('i64');
    const out = label();
    return [
      when(misaligned(va, size), [call(f.raise, h, 6, va), leave(i64.const(0))]),
      block(out, [
        brIf(out, i64.eq(get(h, HART.reservation), -1)),
        set(pa, translate(core, h, va, STORE, size)),
        when(aborted(h), [leave(i64.const(0))]),
        brIf(out, i64.ne(pa, get(h, HART.reservation))),
        brIf(out, i32.gtU(size, getW(h, HART.reservationSize))),
        when(i32.and(flagsOf(core, pageOf(pa)), PAGE_FLAG.watchStore), [
          when(call(f.checkWatch, h, va, i32.wrap(pa), size, STORE), [leave(i64.const(0))]),
        ]),
        put(h, HART.reservation, -1),
        call(f.storePhysical, h, i32.wrap(pa), value, size),
        leave(i64.const(0)),
      ]),
      put(h, HART.reservation, -1),
      leave(i64.const(1)),
    ];
  });
}
