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
  select,
  set,
  when,
} from '../../wasm/index.ts';
import { CORE, HART, HOT, STOP } from '../layout.ts';
import { type Core, FETCH } from './core.ts';
import {
  get,
  getW,
  hostAddress,
  longs,
  mstatus,
  params,
  privilege,
  put,
  putW,
  words,
} from './kit.ts';

/** Bit positions of mstatus (Privileged manual, 3.1.6). */
export const MSTATUS = {
  SIE: 1,
  MIE: 3,
  SPIE: 5,
  MPIE: 7,
  SPP: 8,
  MPP: 11,
  FS: 13,
  MPRV: 17,
  SUM: 18,
  MXR: 19,
  TVM: 20,
  TW: 21,
  TSR: 22,
} as const;

const bitOf = (value: Expr, position: number): Expr => i64.and(i64.shrU(value, position), 1);
const statusBit = (h: Expr, position: number): Expr => i32.wrap(bitOf(mstatus(h), position));
const clear = (value: Expr, mask: number): Expr => i64.and(value, i64.const(~BigInt(mask)));

const CAUSE = { illegal: 2, breakpoint: 3, ecallFromU: 8 };
const INTERRUPT = 1n << 63n;

/** Traps, their returns, and the instructions that only privileged code may use. */
export function defineTraps(core: Core): void {
  defineRaise(core);
  defineEnter(core);
  defineInterrupts(core);
  defineReturns(core);
  defineSystem(core);
}

function defineRaise(core: Core): void {
  const { m, f } = core;
  // The dispatcher enters the trap: generated code first stores its pc and its count.
  m.define(f.raise, (s) => {
    const [h, cause, tval] = params(s);
    return [
      put(h, HOT.cause, cause),
      put(h, HOT.tval, tval),
      putW(h, HOT.event, i32.or(getW(h, HOT.event), 1)),
    ];
  });

  // tval of an illegal instruction: its bits
  m.define(f.illegalBits, (s) => {
    const h = s.param(0);
    const [pa, pc] = longs(s, 2);
    const [low, high] = words(s, 2);
    const halfword = (address: Expr, into: Local): Stmt => [
      set(pa, call(f.translate, h, address, FETCH, privilege(h), 2)),
      when(i64.eq(pa, -1), [leave(i64.const(0))]),
      set(into, i32.load16u(hostAddress(core, pa))),
    ];
    return [
      set(pc, get(h, HART.pc)),
      halfword(pc, low),
      when(i32.ne(i32.and(low, 3), 3), [leave(i64.extendU(low))]),
      halfword(i64.add(pc, 2), high),
      leave(i64.extendU(i32.or(low, i32.shl(high, 16)))),
    ];
  });

  m.define(f.setPrivilege, (s) => {
    const [h, level] = params(s);
    return [putW(h, HART.privilege, level), call(f.selectContexts, h)];
  });
}

/** Fields of mstatus that a trap to one level pushes. */
interface Level {
  readonly ie: number;
  readonly pie: number;
  readonly pp: number;
  readonly ppBits: number;
}
const S: Level = { ie: MSTATUS.SIE, pie: MSTATUS.SPIE, pp: MSTATUS.SPP, ppBits: 1 };
const M: Level = { ie: MSTATUS.MIE, pie: MSTATUS.MPIE, pp: MSTATUS.MPP, ppBits: 3 };

const levelMask = (l: Level): number => (1 << l.ie) | (1 << l.pie) | (l.ppBits << l.pp);

/** mstatus after a trap to the level: xPIE ← xIE, xIE ← 0, xPP ← the privilege before. */
const pushed = (h: Expr, l: Level): Expr =>
  i64.or(
    clear(mstatus(h), levelMask(l)),
    i64.or(i64.shl(bitOf(mstatus(h), l.ie), l.pie), i64.shl(i64.extendU(privilege(h)), l.pp)),
  );

function defineEnter({ m, f }: Core): void {
  m.define(f.enterTrap, (s) => {
    const [h, cause, tval] = params(s);
    const [delegated, target] = longs(s, 2);
    const isInterrupt = i64.ltS(cause, 0);
    const number = i64.and(cause, 63);
    const enter = (
      level: Level,
      mode: number,
      at: { cause: number; tval: number; epc: number; tvec: number },
    ): Stmt => [
      put(h, at.cause, cause),
      put(h, at.tval, tval),
      put(h, at.epc, get(h, HART.pc)),
      put(h, HART.mstatus, pushed(h, level)),
      set(target, get(h, at.tvec)),
      put(
        h,
        HART.pc,
        i64.add(
          i64.and(target, -4),
          // vectored mode moves interrupts only
          select(
            i32.and(isInterrupt, i32.wrap(i64.and(target, 1))),
            i64.shl(number, 2),
            i64.const(0),
          ),
        ),
      ),
      call(f.setPrivilege, h, mode),
    ];
    return [
      // a context switch must not find the reservation of another process
      put(h, HART.reservation, -1),
      put(h, HART.resumePc, -1),
      set(delegated, select(isInterrupt, get(h, HART.mideleg), get(h, HART.medeleg))),
      when(
        i32.and(i32.ltU(privilege(h), 3), i32.wrap(i64.and(i64.shrU(delegated, number), 1))),
        [
          enter(S, 1, {
            cause: HART.scause,
            tval: HART.stval,
            epc: HART.sepc,
            tvec: HART.stvec,
          }),
        ],
        [
          enter(M, 3, {
            cause: HART.mcause,
            tval: HART.mtval,
            epc: HART.mepc,
            tvec: HART.mtvec,
          }),
        ],
      ),
      putW(h, HOT.irqCheck, 1),
      when(i32.gtU(i32.load(CORE.trapStop), isInterrupt), [
        put(h, HOT.cause, cause),
        put(h, HOT.tval, tval),
        i32.store(CORE.stop, STOP.trap),
        i32.store(CORE.stopHart, h),
      ]),
    ];
  });
}

function defineInterrupts({ m, f }: Core): void {
  m.define(f.takeInterrupt, (s) => {
    const h = s.param(0);
    const [pending, taken] = longs(s, 2);
    const none = label();
    const mode = privilege(h);
    // The order of the manual (3.1.9): MEI, MSI, MTI, SEI, SSI, STI.
    const order = [11, 3, 7, 9, 1, 5];
    const first = order.reduceRight<Expr>(
      (otherwise, bit) => select(i32.wrap(bitOf(taken, bit)), i64.const(bit), otherwise),
      i64.const(0),
    );
    const machineOn = i32.or(i32.ltU(mode, 3), statusBit(h, MSTATUS.MIE));
    const supervisorOn = i32.or(i32.eqz(mode), i32.and(i32.eq(mode, 1), statusBit(h, MSTATUS.SIE)));
    return [
      block(none, [
        set(
          pending,
          i64.and(i64.or(get(h, HART.mipLines), get(h, HART.mipSoft)), get(h, HART.mie)),
        ),
        brIf(none, i64.eqz(pending)),
        set(
          taken,
          i64.mul(i64.and(pending, i64.xor(get(h, HART.mideleg), -1)), i64.extendU(machineOn)),
        ),
        when(i64.eqz(taken), [
          set(taken, i64.mul(i64.and(pending, get(h, HART.mideleg)), i64.extendU(supervisorOn))),
        ]),
        brIf(none, i64.eqz(taken)),
        call(f.enterTrap, h, i64.or(first, INTERRUPT), 0),
      ]),
    ];
  });
}

/** mstatus after a return: xIE ← xPIE, xPIE ← 1, xPP ← U, and MPRV ← 0 when leaving M. */
const popped = (h: Expr, l: Level, to: Expr): Expr => {
  const restored = i64.or(
    clear(mstatus(h), levelMask(l)),
    i64.or(i64.shl(bitOf(mstatus(h), l.pie), l.ie), 1 << l.pie),
  );
  return select(i32.eq(to, 3), restored, clear(restored, 1 << MSTATUS.MPRV));
};

function defineReturns({ m, f }: Core): void {
  const illegal = (h: Expr) => [call(f.raise, h, CAUSE.illegal, 0), leave()];
  const goBack = (h: Local, to: Local, level: Level, epc: number): Stmt => [
    put(h, HART.mstatus, popped(h, level, to)),
    put(h, HART.pc, get(h, epc)),
    putW(h, HOT.irqCheck, 1),
    call(f.setPrivilege, h, to),
  ];
  m.define(f.mret, (s) => {
    const h = s.param(0);
    const to = s.local('i32');
    return [
      when(i32.ltU(privilege(h), 3), illegal(h)),
      set(to, i32.and(i32.wrap(i64.shrU(mstatus(h), MSTATUS.MPP)), 3)),
      goBack(h, to, M, HART.mepc),
    ];
  });
  m.define(f.sret, (s) => {
    const h = s.param(0);
    const to = s.local('i32');
    return [
      when(i32.eqz(privilege(h)), illegal(h)),
      when(i32.and(i32.eq(privilege(h), 1), statusBit(h, MSTATUS.TSR)), illegal(h)),
      set(to, statusBit(h, MSTATUS.SPP)),
      goBack(h, to, S, HART.sepc),
    ];
  });
}

function defineSystem(core: Core): void {
  const { m, f, tlb } = core;
  const illegal = (h: Expr) => [call(f.raise, h, CAUSE.illegal, 0), leave()];
  const advance = (h: Expr): Stmt => put(h, HART.pc, i64.add(get(h, HART.pc), 4));

  m.define(f.ecall, (s) => {
    const h = s.param(0);
    const cause = i64.add(CAUSE.ecallFromU, i64.extendU(privilege(h)));
    return [call(f.raise, h, cause, 0)];
  });

  m.define(f.ebreak, (s) => {
    const h = s.param(0);
    return [call(f.raise, h, CAUSE.breakpoint, get(h, HART.pc))];
  });

  m.define(f.wfi, (s) => {
    const h = s.param(0);
    const pending = i64.and(i64.or(get(h, HART.mipLines), get(h, HART.mipSoft)), get(h, HART.mie));
    return [
      when(i32.eqz(privilege(h)), illegal(h)),
      when(i32.and(i32.eq(privilege(h), 1), statusBit(h, MSTATUS.TW)), illegal(h)),
      advance(h),
      putW(h, HART.waiting, i64.eqz(pending)),
      putW(h, HOT.event, i32.or(getW(h, HOT.event), 2)),
    ];
  });

  m.define(f.sfenceVma, (s) => {
    const [h, va, asid, hasVa, hasAsid] = params(s);
    return [
      when(i32.eqz(privilege(h)), illegal(h)),
      when(i32.and(i32.eq(privilege(h), 1), statusBit(h, MSTATUS.TVM)), illegal(h)),
      advance(h),
      // in the other modes the speed TLB follows the page tables by itself
      ...(tlb === 'strict'
        ? [
            call(f.strictFlush, h, va, asid, hasVa, hasAsid),
            call(f.flushHart, h),
            putW(h, HOT.event, i32.or(getW(h, HOT.event), 2)),
          ]
        : []),
    ];
  });

  m.define(f.floatOff, (s) => {
    const h = s.param(0);
    return [
      when(i64.eqz(i64.and(mstatus(h), 3 << MSTATUS.FS)), [
        call(f.raise, h, CAUSE.illegal, 0),
        leave(i32.const(1)),
      ]),
      leave(i32.const(0)),
    ];
  });
}
