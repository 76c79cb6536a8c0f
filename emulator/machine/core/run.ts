import {
  block,
  br,
  brIf,
  call,
  callIndirect,
  choose,
  type Expr,
  i32,
  i64,
  type Label,
  type Local,
  label,
  leave,
  loop,
  type Stmt,
  select,
  set,
  when,
} from '../../wasm/index.ts';
import {
  CORE,
  FN_COUNTS,
  GLOBAL,
  HART,
  HART_BASE,
  HART_STRIDE,
  HOT,
  HOT_NEVER,
  HOT_READY,
  JUMP_CACHE_ENTRIES,
  PAGE_FLAG,
  SLOT,
  STOP,
} from '../layout.ts';
import type { Core } from './core.ts';
import {
  eventBit,
  flagsOf,
  forHarts,
  get,
  getW,
  longs,
  pageOf,
  params,
  put,
  putW,
  setFlags,
  words,
} from './kit.ts';

const ILLEGAL = 2;
/** The longest chunk: V8 replaces slow code by fast code only when it is entered anew. */
const MAX_CHUNK = 16_000_000;

/** The dispatcher of one hart, and the loop that gives the harts their turns. */
export function defineRun(core: Core): void {
  core.m.define(core.f.noRegion, (s) => [leave(s.param(1))]);
  defineRunHart(core);
  defineTurns(core);
  defineRunLoop(core);
}

/** pending interrupts that would wake or interrupt the hart */
const wakes = (h: Expr): Expr =>
  i64.ne(i64.and(i64.or(get(h, HART.mipLines), get(h, HART.mipSoft)), get(h, HART.mie)), 0);

/** Enters the pending trap of an aborted instruction, which counts as one; or leaves for a stop. */
function enterPending({ f }: Core, h: Local, left: Local, tval: Local): Stmt {
  const pending = when(eventBit(h, 1), [
    putW(h, HOT.event, 0),
    // a watch wants to stop before the instruction
    when(i32.load(CORE.stop), [leave(left)]),
    set(left, i32.sub(left, 1)),
    set(tval, get(h, HOT.tval)),
    when(i64.eq(get(h, HOT.cause), ILLEGAL), [set(tval, call(f.illegalBits, h))]),
    call(f.enterTrap, h, get(h, HOT.cause), tval),
  ]);
  return [
    when(i32.eq(getW(h, HOT.inRegion), 2), [
      putW(h, HOT.inRegion, 0),
      putW(h, HOT.event, 0),
      set(left, call(f.interpret, h, left)),
    ]),
    pending,
  ];
}

function defineRunHart(core: Core): void {
  const { m, f } = core;
  m.define(f.runHart, (s) => {
    const [h, left] = params(s);
    const [region, before] = words(s, 2);
    const tval = s.local('i64');
    const [next, missed, interpreted, done] = [label(), label(), label(), label()];
    return [
      putW(h, HOT.endChunk, 0),
      loop(next, [
        putW(h, HOT.event, 0),
        putW(h, HOT.left, left),
        when(getW(h, HOT.irqCheck), [putW(h, HOT.irqCheck, 0), call(f.takeInterrupt, h)]),
        when(
          i32.or(
            i32.or(i32.eqz(left), getW(h, HART.waiting)),
            i32.or(i32.load(CORE.stop), getW(h, HOT.endChunk)),
          ),
          [leave(left)],
        ),
        block(done, [
          block(interpreted, [
            block(missed, [chain(core, h, left, s.local('i64'), { missed, interpreted, done })]),
            set(region, findRegion(core, s, h)),
            brIf(interpreted, i32.eqz(region)),
            set(before, left),
            set(left, callIndirect(f.noRegion, region, h, left)),
            brIf(done, i32.or(i32.ne(left, before), getW(h, HOT.event))),
          ]),
          // the region's first block did not fit, or there is none: go on without it
          set(left, call(f.interpret, h, left)),
        ]),
        enterPending(core, h, left, tval),
        br(next),
      ]),
      leave(left),
    ];
  });
}

const jumpCacheEntry = (h: Expr, pc: Local): Expr =>
  i32.add(
    getW(h, HOT.jumpCache),
    i32.shl(i32.and(i32.wrap(i64.shrU(pc, 1)), JUMP_CACHE_ENTRIES - 1), 4),
  );

const jumpCacheHits = (h: Expr, entry: Expr, pc: Local): Expr =>
  i32.and(i64.eq(i64.load(entry), pc), i32.eq(i32.load(entry, 12), getW(h, HOT.fetchGeneration)));

/** From region to region by the jump cache, as long as nobody wants anything else. */
function chain(
  { f }: Core,
  h: Local,
  left: Local,
  pc: Local,
  out: { missed: Label; interpreted: Label; done: Label },
): Stmt {
  const again = label();
  const entry = (): Expr => jumpCacheEntry(h, pc);
  const target = i32.load(entry(), 8);
  return [
    // one instruction is left to do alone after a stop
    brIf(out.missed, i64.ne(get(h, HART.resumePc), -1)),
    loop(again, [
      set(pc, get(h, HART.pc)),
      brIf(out.missed, i32.eqz(jumpCacheHits(h, entry(), pc))),
      putW(h, HOT.left, left),
      set(left, callIndirect(f.noRegion, target, h, left)),
      brIf(out.done, getW(h, HOT.event)),
      brIf(out.interpreted, i32.eq(left, getW(h, HOT.left))),
      brIf(again, left),
    ]),
    br(out.done),
  ];
}

/** Table index of the region to enter at pc, or 0: by the jump cache, else by the decoded slot. */
function findRegion(core: Core, s: { local(type: 'i32' | 'i64'): Local }, h: Local): Expr {
  const { host } = core;
  const [entry, slot, found] = [s.local('i32'), s.local('i32'), s.local('i32')];
  const pc = s.local('i64');
  const fetchEntry = i32.add(getW(h, HOT.fetchTlb), i32.and(i32.wrap(i64.shrU(pc, 8)), 0xff0));
  const done = label();
  const body: Stmt[] = [
    set(pc, get(h, HART.pc)),
    set(found, 0),
    block(done, [
      // one instruction is left to do alone after a stop
      brIf(done, i64.ne(get(h, HART.resumePc), -1)),
      set(entry, jumpCacheEntry(h, pc)),
      // only what is in the fetch TLB: the interpreter brings the rest
      brIf(done, i64.ne(i64.load(fetchEntry), i64.and(pc, -4096))),
      set(slot, i32.add(i32.load(fetchEntry, 8), i32.shl(i32.and(i32.wrap(pc), 0xffe), 3))),
      set(found, i32.load8u(slot, SLOT.hot)),
      when(i32.ne(found, HOT_READY), [
        // code that no jump leads to gets hot too: after a trap's return, behind another region
        when(i32.and(i32.ne(found, HOT_NEVER), i32.ne(i32.load16u(slot, SLOT.op), 0)), [
          i32.store8(slot, i32.add(found, 1), SLOT.hot),
        ]),
        set(found, 0),
        br(done),
      ]),
      set(found, i32.load16u(slot, SLOT.fn)),
      when(i32.or(i32.eqz(found), i32.and(found, FN_COUNTS)), [
        when(i32.ltU(i32.and(found, FN_COUNTS - 1), i32.load(CORE.hotRounds)), [
          i32.store16(slot, i32.or(i32.add(found, 1), FN_COUNTS), SLOT.fn),
          i32.store8(slot, i32.load(CORE.hotStart), SLOT.hot),
          set(found, 0),
          br(done),
        ]),
        set(found, call(host.translate, h, pc, slot)),
      ]),
      when(
        found,
        [
          i64.store(entry, pc),
          i32.store(entry, found, 8),
          i32.store(entry, getW(h, HOT.fetchGeneration), 12),
        ],
        [i32.store8(slot, HOT_NEVER, SLOT.hot)],
      ),
    ]),
  ];
  return { kind: 'after', type: 'i32', body, value: found };
}

/** Length of the next turn: the quantum, or with a seed something between a quarter and 7 quarters. */
function defineTurns(core: Core): void {
  const { m, f } = core;
  m.define(f.nextTurn, (s) => {
    const x = s.local('i64');
    const step = (shifted: Expr) => set(x, i64.xor(x, shifted));
    const quantum = i64.load32u(GLOBAL.quantum);
    const varied = i64.add(
      i64.shrU(quantum, 2),
      i64.remU(
        i64.shrU(x, 11),
        i64.add(i64.sub(i64.add(quantum, i64.shrU(quantum, 1)), i64.shrU(quantum, 2)), 1),
      ),
    );
    return [
      i32.store(GLOBAL.turn, i32.remU(i32.add(i32.load(GLOBAL.turn), 1), core.layout.harts)),
      i32.store(GLOBAL.turnLeft, i32.load(GLOBAL.quantum)),
      set(x, i64.load(GLOBAL.scheduleState)),
      when(i64.ne(x, 0), [
        // xorshift64 of Marsaglia, "Xorshift RNGs" (2003)
        step(i64.shl(x, 13)),
        step(i64.shrU(x, 7)),
        step(i64.shl(x, 17)),
        i64.store(GLOBAL.scheduleState, x),
        i32.store(GLOBAL.turnLeft, i32.wrap(choose(i64.eqz(varied), i64.const(1), varied))),
      ]),
    ];
  });

  m.define(f.idleTime, (s) => {
    const h = s.local('i32');
    const [best, time] = longs(s, 2);
    return [
      set(best, -1),
      ...forHarts(core, h, [
        call(f.updateTimers, h),
        when(i32.or(i32.eqz(getW(h, HART.waiting)), wakes(h)), [leave(i64.const(0))]),
        set(time, call(f.deadline, h)),
        // a timer that is masked wakes nobody, but looking again then does no harm
        when(i64.ltU(time, best), [set(best, time)]),
      ]),
      leave(best),
    ];
  });
}

const least = (a: Expr, b: Expr): Expr => select(i64.ltU(a, b), a, b);

function defineRunLoop(core: Core): void {
  const { m, f, layout } = core;
  const addTo = (address: number, amount: Expr): Stmt =>
    i64.store(address, i64.add(i64.load(address), amount));
  m.define(f.run, (s) => {
    const limit = s.param(0);
    const [end, chunk, done, idle] = longs(s, 4);
    const [h, code] = words(s, 2);
    const next = label();
    const remaining = i64.sub(end, i64.load(GLOBAL.clock));
    /** one hart needs no turns */
    const turn = layout.harts > 1 ? i64.load32u(GLOBAL.turnLeft) : i64.const(MAX_CHUNK);
    const sleeping = [
      set(idle, call(f.idleTime)),
      when(i64.eq(idle, -1), [leave(i32.const(STOP.idle))]),
      when(
        i64.eqz(idle),
        [i32.store(GLOBAL.turnLeft, 0)],
        [addTo(GLOBAL.clock, least(idle, remaining))],
      ),
      br(next),
    ];
    return [
      set(end, i64.add(i64.load(GLOBAL.clock), limit)),
      loop(next, [
        when(i32.load(CORE.stop), [
          set(code, i32.load(CORE.stop)),
          i32.store(CORE.stop, 0),
          leave(code),
        ]),
        when(i64.leS(remaining, 0), [leave(i32.const(STOP.budget))]),
        ...(layout.harts > 1 ? [when(i32.eqz(i32.load(GLOBAL.turnLeft)), [call(f.nextTurn)])] : []),
        set(h, i32.add(HART_BASE, i32.mul(i32.load(GLOBAL.turn), HART_STRIDE))),
        i32.store(CORE.running, h),
        putW(h, HOT.left, 0),
        call(f.updateTimers, h),
        when(getW(h, HART.waiting), [
          when(wakes(h), [putW(h, HART.waiting, 0), putW(h, HOT.irqCheck, 1)], sleeping),
        ]),
        set(chunk, least(least(turn, remaining), least(call(f.deadline, h), i64.const(MAX_CHUNK)))),
        // what was stopped at goes on by one instruction, without stopping again
        when(i64.ne(get(h, HART.resumePc), -1), [set(chunk, 1)]),
        i32.store(CORE.chunk, i32.wrap(chunk)),
        set(done, i64.sub(chunk, i64.extendS(call(f.runHart, h, i32.wrap(chunk))))),
        i32.store(CORE.chunk, 0),
        putW(h, HOT.left, 0),
        addTo(GLOBAL.clock, done),
        addTo(GLOBAL.retired, done),
        put(h, HART.instret, i64.add(get(h, HART.instret), done)),
        when(i64.ne(done, 0), [put(h, HART.resumePc, -1)]),
        ...(layout.harts > 1
          ? [i32.store(GLOBAL.turnLeft, i32.sub(i32.load(GLOBAL.turnLeft), i32.wrap(done)))]
          : []),
        br(next),
      ]),
      leave(i32.const(0)),
    ];
  });

  m.define(f.savedReplaced, (s) => {
    const h = s.local('i32');
    const page = s.local('i32');
    return [
      ...forHarts(core, h, [
        ...(core.tlb === 'strict' ? [call(f.flushHart, h)] : []),
        call(f.selectContexts, h),
        putW(h, HOT.irqCheck, 1),
        putW(h, HOT.event, 0),
        putW(h, HOT.left, 0),
        ...(layout.harts > 1 ? [keepReservation(core, h, page)] : []),
      ]),
      i32.store(CORE.stop, 0),
      i32.store(CORE.chunk, 0),
    ];
  });
}

/** A reservation that came back with the saved block is guarded again. */
const keepReservation = (core: Core, h: Local, page: Local): Stmt =>
  when(i64.ne(get(h, HART.reservation), -1), [
    set(page, pageOf(get(h, HART.reservation))),
    setFlags(core, page, i32.or(flagsOf(core, page), PAGE_FLAG.reserved)),
    call(core.f.dropWrites, page),
  ]);
