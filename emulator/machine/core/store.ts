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
  set,
  when,
} from '../../wasm/index.ts';
import { CORE, PAGE_FLAG } from '../layout.ts';
import { cache, crosses, fault, firstPart, NEVER_WRITABLE, translate } from './access.ts';
import { type Core, STORE } from './core.ts';
import {
  aborted,
  flagsOf,
  hostAddress,
  inRam,
  leaveRegion,
  longs,
  pageOf,
  params,
  repeat,
  setFlags,
  words,
} from './kit.ts';

/** Stores that miss the speed TLB. */
export function defineStore(core: Core): void {
  defineStorePhysical(core);
  defineSlowStore(core);
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
        leaveRegion(h),
        i32.store(CORE.refused, 0),
        call(host.mmioStore, h, i32.wrap(pa), size, value),
        brIf(refuse, i32.load(CORE.refused)),
        leave(),
      ]),
      fault(core, h, va, STORE),
    ];
  });
}
