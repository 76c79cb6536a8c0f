import {
  block,
  brIf,
  call,
  type Expr,
  i32,
  i64,
  type Local,
  label,
  leave,
  type Stmt,
  set,
  when,
} from '../../wasm/index.ts';
import { CONTEXT, CORE, HART, HOT, PAGE_FLAG } from '../layout.ts';
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
  repeat,
  setFlags,
  words,
} from './kit.ts';
import { PMP_ENFORCED } from './pmp.ts';
import { accessFault } from './walk.ts';

/** Loads, stores and atomics that miss the speed TLB. */
export function defineMemory(core: Core): void {
  defineSized(core);
  defineSlowLoad(core);
  defineStorePhysical(core);
  defineSlowStore(core);
  defineAtomics(core);
  defineMulHigh(core);
}

/** An atomic reads through the write entry, so a page whose loads are watched has none. */
const NEVER_WRITABLE =
  PAGE_FLAG.code |
  PAGE_FLAG.walked |
  PAGE_FLAG.reserved |
  PAGE_FLAG.watchStore |
  PAGE_FLAG.watchLoad;

function defineSized({ m, f }: Core): void {
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

const pageBase = (va: Expr): Expr => i64.and(va, -4096);
/** Does the access reach into the next page? */
const crosses = (va: Expr, size: Expr): Expr =>
  i32.gtU(i32.add(i32.and(i32.wrap(va), 0xfff), size), 4096);
/** Bytes of a crossing access in its first page. */
const firstPart = (va: Expr): Expr => i32.sub(4096, i32.and(i32.wrap(va), 0xfff));

const translate = (core: Core, h: Expr, va: Expr, kind: number, size: Expr): Expr =>
  call(core.f.translate, h, va, kind, getW(h, HOT.dataPrivilege), size);

/** With PMP entries that matter, only a page of one permission may be cached. */
const uniform = (core: Core, h: Expr, pa: Expr, kind: number): Expr =>
  i32.or(
    i32.ne(getW(h, HART.pmpMode), PMP_ENFORCED),
    call(core.f.pmpCheck, h, pageBase(pa), 4096, kind, getW(h, HOT.dataPrivilege)),
  );

/** Enters the translation into the speed TLB; addend is host address − va. */
function cache(core: Core, h: Expr, va: Expr, pa: Expr, kind: 0 | 1): Stmt {
  const table = kind === LOAD ? CONTEXT.read : CONTEXT.write;
  const index = i32.and(i32.wrap(i64.shrU(va, 8)), 0xff0);
  const addend = i32.sub(hostAddress(core, pageBase(pa)), i32.wrap(pageBase(va)));
  // eager: nobody can tell a cached walk from one that is done again, but who watches walks
  const allowed =
    core.tlb === 'eager'
      ? i32.and(i32.eqz(i32.load(CORE.walkWatches)), uniform(core, h, pa, kind))
      : uniform(core, h, pa, kind);
  return when(allowed, [
    call(
      core.f.insert,
      getW(h, HOT.dataContext),
      i32.add(index, table),
      pageBase(va),
      addend,
      pageOf(pa),
    ),
  ]);
}

const fault = (core: Core, h: Expr, va: Expr, kind: number): Stmt =>
  call(core.f.raise, h, accessFault(i32.const(kind)), va);

function defineSlowLoad(core: Core): void {
  const { m, f, host } = core;
  m.define(f.slowLoad, (s) => {
    const [h, va, size] = params(s);
    const [pa, pa2] = longs(s, 2);
    const first = s.local('i32');
    const plain = label();
    const refuse = label();
    const watched = (address: Local, at: Expr, bytes: Expr) =>
      when(i32.and(flagsOf(core, pageOf(address)), PAGE_FLAG.watchLoad), [
        when(call(f.checkWatch, h, at, i32.wrap(address), bytes, LOAD), [leave(i64.const(0))]),
      ]);
    const rest = i32.sub(size, first);
    // both pages are looked at before anything is read; loads of RAM have no side effects
    const crossing = [
      set(first, firstPart(va)),
      set(pa, translate(core, h, va, LOAD, first)),
      when(aborted(h), [leave(i64.const(0))]),
      set(pa2, translate(core, h, i64.add(va, i64.extendU(first)), LOAD, rest)),
      when(aborted(h), [leave(i64.const(0))]),
      brIf(refuse, i32.eqz(i32.and(inRam(core, pa, first), inRam(core, pa2, rest)))),
      watched(pa, va, first),
      watched(pa2, i64.add(va, i64.extendU(first)), rest),
      // whole words around the boundary: 8 bytes that end with the first page, 8 that begin the second
      leave(
        i64.and(
          i64.or(
            i64.shrU(
              i64.load(i32.add(hostAddress(core, pa), i32.sub(first, 8))),
              i64.extendU(i32.shl(i32.sub(8, first), 3)),
            ),
            i64.shl(i64.load(hostAddress(core, pa2)), i64.extendU(i32.shl(first, 3))),
          ),
          i64.shrU(-1, i64.extendU(i32.shl(i32.sub(8, size), 3))),
        ),
      ),
    ];
    return [
      block(refuse, [
        block(plain, [brIf(plain, i32.eqz(crosses(va, size))), crossing]),
        set(pa, translate(core, h, va, LOAD, size)),
        when(aborted(h), [leave(i64.const(0))]),
        when(inRam(core, pa, size), [
          when(
            i32.and(flagsOf(core, pageOf(pa)), PAGE_FLAG.watchLoad),
            [watched(pa, va, size)],
            [cache(core, h, va, pa, LOAD)],
          ),
          leave(call(f.loadSized, hostAddress(core, pa), size)),
        ]),
        brIf(refuse, i64.ne(i64.shrU(pa, 32), 0)),
        i32.store(CORE.refused, 0),
        set(pa, call(host.mmioLoad, h, i32.wrap(pa), size)),
        brIf(refuse, i32.load(CORE.refused)),
        leave(pa),
      ]),
      fault(core, h, va, LOAD),
      leave(i64.const(0)),
    ];
  });
}

/** Is what changes from `old` to `value` in a valid entry only a gain: R, W, X, A, D, software bits? */
function onlyWidens(old: Expr, value: Expr): Expr {
  const software = 0x300;
  const gains = 2 | 4 | 8 | 64 | 128;
  const changed = i64.and(i64.xor(old, value), ~software);
  const leaf = i64.ne(i64.and(old, 2 | 8), 0);
  const lost = i64.and(changed, i64.xor(i64.and(value, gains), -1));
  return i32.or(i64.eqz(changed), i32.and(leaf, i64.eqz(lost)));
}

/** Stores to RAM of one page, with all that hangs on the page. */
function defineStorePhysical(core: Core): void {
  const { m, f } = core;
  m.define(f.storePhysical, (s) => {
    const [h, pa, value, size] = params(s);
    const [page, flags, at, last] = words(s, 4);
    const [old, old2] = longs(s, 2);
    // a misaligned store can reach two entries
    const changedEntry = (before: Local, entry: Local) =>
      when(i64.ne(i64.and(before, 1), 0), [
        when(i32.eqz(onlyWidens(before, i64.load(entry))), [
          call(f.flushAll),
          setFlags(core, page, i32.and(flagsOf(core, page), ~PAGE_FLAG.walked)),
        ]),
      ]);
    return [
      set(page, pageOf(pa)),
      call(f.markDirty, page),
      set(flags, flagsOf(core, page)),
      when(i32.and(flags, PAGE_FLAG.code), [call(f.dropCode, page)]),
      when(i32.and(flags, PAGE_FLAG.reserved), [call(f.breakReservations, h, pa, size)]),
      when(
        i32.and(flags, PAGE_FLAG.walked),
        [
          set(at, i32.and(hostAddress(core, pa), -8)),
          set(last, i32.and(i32.add(hostAddress(core, pa), i32.sub(size, 1)), -8)),
          set(old, i64.load(at)),
          set(old2, i64.load(last)),
          call(f.storeSized, hostAddress(core, pa), value, size),
          changedEntry(old, at),
          changedEntry(old2, last),
        ],
        [call(f.storeSized, hostAddress(core, pa), value, size)],
      ),
    ];
  });
}

function defineSlowStore(core: Core): void {
  const { m, f, host } = core;
  m.define(f.slowStore, (s) => {
    const [h, va, value, size] = params(s);
    const [pa, pa2, va2] = longs(s, 3);
    const [first, i, flags] = words(s, 3);
    const plain = label();
    const refuse = label();
    const watched = (address: Local, at: Expr, bytes: Expr) =>
      when(i32.and(flagsOf(core, pageOf(address)), PAGE_FLAG.watchStore), [
        when(call(f.checkWatch, h, at, i32.wrap(address), bytes, STORE), [leave()]),
      ]);
    const rest = i32.sub(size, first);
    const byte = i64.shrU(value, i64.extendU(i32.shl(i, 3)));
    const target = i32.add(i32.wrap(pa), i);
    const target2 = i32.add(i32.wrap(pa2), i32.sub(i, first));
    const crossing = [
      set(first, firstPart(va)),
      set(va2, i64.add(va, i64.extendU(first))),
      set(pa, translate(core, h, va, STORE, first)),
      when(aborted(h), [leave()]),
      set(pa2, translate(core, h, va2, STORE, rest)),
      when(aborted(h), [leave()]),
      brIf(refuse, i32.eqz(i32.and(inRam(core, pa, first), inRam(core, pa2, rest)))),
      watched(pa, va, first),
      watched(pa2, va2, rest),
      // byte by byte: both pages are known to be writable now
      repeat(i, size, [
        when(
          i32.ltU(i, first),
          [call(f.storePhysical, h, target, byte, 1)],
          [call(f.storePhysical, h, target2, byte, 1)],
        ),
      ]),
      leave(),
    ];
    return [
      block(refuse, [
        block(plain, [brIf(plain, i32.eqz(crosses(va, size))), crossing]),
        set(pa, translate(core, h, va, STORE, size)),
        when(aborted(h), [leave()]),
        when(inRam(core, pa, size), [
          watched(pa, va, size),
          // a store that ends a page's life as page table may end this translation too
          set(flags, flagsOf(core, pageOf(pa))),
          call(f.storePhysical, h, i32.wrap(pa), value, size),
          when(i32.eqz(i32.and(flags, NEVER_WRITABLE)), [cache(core, h, va, pa, STORE)]),
          leave(),
        ]),
        brIf(refuse, i64.ne(i64.shrU(pa, 32), 0)),
        i32.store(CORE.refused, 0),
        call(host.mmioStore, h, i32.wrap(pa), size, value),
        brIf(refuse, i32.load(CORE.refused)),
        leave(),
      ]),
      fault(core, h, va, STORE),
    ];
  });
}

function defineAtomics(core: Core): void {
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
