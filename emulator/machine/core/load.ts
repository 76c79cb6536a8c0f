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
import { cache, crosses, fault, firstPart, translate } from './access.ts';
import { type Core, LOAD } from './core.ts';
import { aborted, flagsOf, hostAddress, inRam, leaveRegion, longs, pageOf, params } from './kit.ts';

/** Loads that miss the speed TLB. */
export function defineLoad(core: Core): void {
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
        leaveRegion(h, i64.const(0)),
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
