import {
  block,
  br,
  brIf,
  call,
  choose,
  i32,
  i64,
  label,
  leave,
  loop,
  set,
  when,
} from '../../wasm/index.ts';
import {
  BREAKPOINTS_BASE,
  CONTEXT,
  CORE,
  CROSS_ENTRIES,
  CROSS_STRIDE,
  DECODED_SERIAL,
  DECODED_SIZE,
  HART,
  HOT,
  PAGE_FLAG,
  SLOT,
} from '../layout.ts';
import { type Core, FETCH } from './core.ts';
import { flagsOf, get, getW, hostAddress, inRam, pageOf, params, privilege, words } from './kit.ts';
import { PMP_ENFORCED } from './pmp.ts';

/** From pc to decoded slots; breakpoints. */
export function defineFetch(core: Core): void {
  defineFetchPage(core);
  defineCrossing(core);
  defineBreakpoints(core);
}

function defineFetchPage(core: Core): void {
  const { m, f, host, layout } = core;
  m.define(f.fetchPage, (s) => {
    const [h, pc] = params(s);
    const pa = s.local('i64');
    const [page, index, decoded] = words(s, 3);
    const uniform = i32.or(
      i32.ne(getW(h, HART.pmpMode), PMP_ENFORCED),
      call(f.pmpCheck, h, i64.and(pa, -4096), 4096, FETCH, privilege(h)),
    );
    return [
      set(pa, call(f.translate, h, pc, FETCH, privilege(h), 2)),
      when(i64.eq(pa, -1), [leave(i32.const(0))]),
      when(i32.eqz(inRam(core, pa, 2)), [call(f.raise, h, 1, pc), leave(i32.const(0))]),
      set(page, pageOf(pa)),
      when(i32.and(flagsOf(core, page), PAGE_FLAG.watchFetch), [
        when(call(f.checkWatch, h, pc, i32.wrap(pa), 2, FETCH), [leave(i32.const(0))]),
      ]),
      set(index, i32.load16u(i32.shl(page, 1), layout.codeIndex)),
      set(
        decoded,
        choose(
          index,
          i32.add(i32.mul(i32.sub(index, 1), DECODED_SIZE), layout.decoded),
          call(host.decodePage, page),
        ),
      ),
      // from now on a store to the page must be seen
      when(i32.eqz(index), [call(f.dropWrites, page)]),
      when(i32.and(i32.eqz(i32.and(flagsOf(core, page), PAGE_FLAG.watchFetch)), uniform), [
        call(
          f.insert,
          getW(h, HOT.fetchContext),
          i32.add(i32.and(i32.wrap(i64.shrU(pc, 8)), 0xff0), CONTEXT.fetch),
          i64.and(pc, -4096),
          decoded,
          i32.load(decoded, DECODED_SERIAL),
        ),
      ]),
      leave(decoded),
    ];
  });
}

/**
 * An instruction with its first half at the end of a page. It is decoded into a slot of the hart's own,
 * found by its address and valid for its bits; the page-end sentinel that follows leads back.
 */
function defineCrossing(core: Core): void {
  const { m, f, host, layout } = core;
  m.define(f.fetchCrossing, (s) => {
    const [h, pc, low] = params(s);
    const pa = s.local('i64');
    const [slot, word] = words(s, 2);
    const stored = CROSS_STRIDE - 4;
    const entry = i32.and(i32.wrap(i64.shrU(pc, 12)), CROSS_ENTRIES - 1);
    return [
      set(pa, call(f.translate, h, i64.add(pc, 2), FETCH, privilege(h), 2)),
      when(i64.eq(pa, -1), [leave(i32.const(0))]),
      when(i32.eqz(inRam(core, pa, 2)), [call(f.raise, h, 1, i64.add(pc, 2)), leave(i32.const(0))]),
      when(i32.and(flagsOf(core, pageOf(pa)), PAGE_FLAG.watchFetch), [
        when(call(f.checkWatch, h, i64.add(pc, 2), i32.wrap(pa), 2, FETCH), [leave(i32.const(0))]),
      ]),
      set(word, i32.or(low, i32.shl(i32.load16u(hostAddress(core, pa)), 16))),
      set(
        slot,
        i32.add(
          layout.crossSlots,
          i32.shl(i32.add(i32.mul(getW(h, HOT.index), CROSS_ENTRIES), entry), 6),
        ),
      ),
      when(i32.or(i32.ne(i32.load(slot, stored), word), i32.eqz(i32.load16u(slot, SLOT.op))), [
        call(host.decodeSlot, slot, word, -1),
        i32.store(slot, word, stored),
      ]),
      leave(slot),
    ];
  });
}

function defineBreakpoints(core: Core): void {
  const { m, f } = core;
  m.define(f.breakHit, (s) => {
    const [h, pc] = params(s);
    const [entry, left] = words(s, 2);
    const out = label();
    const next = label();
    const matches = i32.and(
      i64.eq(i64.load(entry), pc),
      i32.and(i32.shrU(i32.load(entry, 8), privilege(h)), 1),
    );
    return [
      block(out, [
        // reported already, and told to go on
        brIf(out, i64.eq(get(h, HART.resumePc), pc)),
        set(entry, BREAKPOINTS_BASE),
        set(left, i32.load(CORE.breakpoints)),
        loop(next, [
          brIf(out, i32.eqz(left)),
          when(matches, [leave(i32.const(1))]),
          set(entry, i32.add(entry, 16)),
          set(left, i32.sub(left, 1)),
          br(next),
        ]),
      ]),
      leave(i32.const(0)),
    ];
  });
}
