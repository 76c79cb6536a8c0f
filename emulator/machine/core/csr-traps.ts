import {
  call,
  type Expr,
  i32,
  i64,
  type Local,
  type Stmt,
  select,
  set,
  when,
} from '../../wasm/index.ts';
import { HART, HOT } from '../layout.ts';
import type { Core } from './core.ts';
import { type CsrBehaviour, constant, stored } from './csr-behaviour.ts';
import { get, getW, merge, mstatus, privilege, put, putW } from './kit.ts';
import { hasSstc } from './time.ts';
import { MSTATUS } from './traps.ts';

const bit = (position: number): number => 2 ** position;
const SSIP = bit(1);
const STIP = bit(5);
const SEIP = bit(9);

/** Writable fields; UXL and SXL are fixed to 64 bits, S and U are little-endian. */
const SSTATUS_WRITE =
  bit(MSTATUS.SIE) +
  bit(MSTATUS.SPIE) +
  bit(MSTATUS.SPP) +
  3 * bit(MSTATUS.FS) +
  bit(MSTATUS.SUM) +
  bit(MSTATUS.MXR);
const MSTATUS_WRITE =
  SSTATUS_WRITE +
  bit(MSTATUS.MIE) +
  bit(MSTATUS.MPIE) +
  3 * bit(MSTATUS.MPP) +
  bit(MSTATUS.MPRV) +
  bit(MSTATUS.TVM) +
  bit(MSTATUS.TW) +
  bit(MSTATUS.TSR);
const UXL = 2n << 32n;
export const MSTATUS_RESET = UXL | (2n << 34n);
const SSTATUS_READ = BigInt(SSTATUS_WRITE) | UXL;
/** What data accesses depend on. */
const ACCESS_BITS = 3 * bit(MSTATUS.MPP) + bit(MSTATUS.MPRV) + bit(MSTATUS.SUM) + bit(MSTATUS.MXR);

/** A, C, D, F, I, M, S, U and MXL 64. */
const MISA = (2n << 62n) | 0x14112dn;
/** every exception below M that exists, but calls from M */
const MEDELEG_WRITE = 0xb3ff;
const MIDELEG_WRITE = SSIP | STIP | SEIP;
const MIE_WRITE = 0xaaa;
const STCE_ADUE_FIOM = (1n << 63n) | (1n << 61n) | 1n;
const PC_MASK = -2;
/** base and mode 0 or 1 */
const TVEC_MASK = -3;

/** Trap setup and handling, paging, identification. */
export function trapBehaviour({ f }: Core): Record<string, CsrBehaviour> {
  const leaveIfPending = (h: Expr): Stmt =>
    when(
      i64.ne(i64.and(i64.or(get(h, HART.mipLines), get(h, HART.mipSoft)), get(h, HART.mie)), 0),
      [lookForInterrupts(h)],
    );
  const lookForInterrupts = (h: Expr): Stmt => [
    putW(h, HOT.irqCheck, 1),
    putW(h, HOT.event, i32.or(getW(h, HOT.event), 2)),
  ];

  /** SD says that FS is dirty. */
  const withSd = (status: Expr): Expr =>
    i64.or(
      status,
      select(
        i64.eq(i64.and(status, 3 * bit(MSTATUS.FS)), 3 * bit(MSTATUS.FS)),
        i64.const(-(1n << 63n)),
        i64.const(0),
      ),
    );

  const writeStatus = (h: Expr, scratch: Local, merged: Expr): Stmt => [
    set(scratch, merged),
    when(
      i64.ne(i64.and(i64.xor(scratch, mstatus(h)), ACCESS_BITS), 0),
      [put(h, HART.mstatus, scratch), call(f.selectContexts, h)],
      [put(h, HART.mstatus, scratch)],
    ),
    leaveIfPending(h),
  ];

  /** A reserved MPP (2) leaves MPP as it was. */
  const mergedStatus = (h: Expr, value: Expr): Expr => {
    const mpp = i64.and(i64.shrU(value, MSTATUS.MPP), 3);
    const all = merge(mstatus(h), value, MSTATUS_WRITE);
    const butMpp = merge(mstatus(h), value, MSTATUS_WRITE - 3 * bit(MSTATUS.MPP));
    return select(i64.eq(mpp, 2), butMpp, all);
  };

  const delegated = (h: Expr, value: Expr): Expr => i64.and(value, get(h, HART.mideleg));
  const pending = (h: Expr): Expr => i64.or(get(h, HART.mipLines), get(h, HART.mipSoft));
  const interrupts = (
    read: (h: Expr) => Expr,
    next: (h: Expr, value: Local) => Expr,
    field: number,
  ): CsrBehaviour => ({
    read,
    write: (h, value) => [put(h, field, next(h, value)), lookForInterrupts(h)],
  });

  /** STIP belongs to stimecmp while Sstc is on. */
  const mipWritable = (h: Expr): Expr =>
    select(hasSstc(h), i64.const(SSIP | SEIP), i64.const(SSIP | STIP | SEIP));
  const mergeBy = (old: Expr, value: Expr, mask: Expr): Expr =>
    i64.xor(old, i64.and(i64.xor(old, value), mask));

  return {
    mstatus: {
      read: (h) => withSd(mstatus(h)),
      write: (h, value, scratch) => [writeStatus(h, scratch, mergedStatus(h, value))],
    },
    sstatus: {
      read: (h) => withSd(i64.and(mstatus(h), SSTATUS_READ)),
      write: (h, value, scratch) => [
        writeStatus(h, scratch, merge(mstatus(h), value, SSTATUS_WRITE)),
      ],
    },
    misa: constant(MISA),
    medeleg: stored(HART.medeleg, MEDELEG_WRITE),
    mideleg: interrupts(
      (h) => get(h, HART.mideleg),
      (_, value) => i64.and(value, MIDELEG_WRITE),
      HART.mideleg,
    ),
    mie: interrupts(
      (h) => get(h, HART.mie),
      (_, value) => i64.and(value, MIE_WRITE),
      HART.mie,
    ),
    sie: interrupts(
      (h) => delegated(h, get(h, HART.mie)),
      (h, value) => mergeBy(get(h, HART.mie), value, get(h, HART.mideleg)),
      HART.mie,
    ),
    mip: interrupts(
      pending,
      (h, value) => mergeBy(get(h, HART.mipSoft), value, mipWritable(h)),
      HART.mipSoft,
    ),
    sip: interrupts(
      (h) => delegated(h, pending(h)),
      (h, value) => mergeBy(get(h, HART.mipSoft), value, delegated(h, i64.const(SSIP))),
      HART.mipSoft,
    ),
    mtvec: stored(HART.mtvec, TVEC_MASK),
    stvec: stored(HART.stvec, TVEC_MASK),
    mscratch: stored(HART.mscratch),
    sscratch: stored(HART.sscratch),
    mepc: stored(HART.mepc, PC_MASK),
    sepc: stored(HART.sepc, PC_MASK),
    mcause: stored(HART.mcause),
    scause: stored(HART.scause),
    mtval: stored(HART.mtval),
    stval: stored(HART.stval),
    menvcfg: {
      read: (h) => get(h, HART.menvcfg),
      write: (h, value) => [
        put(h, HART.menvcfg, i64.and(value, STCE_ADUE_FIOM)),
        // STIP is what stimecmp says, or software's again
        put(h, HART.mipLines, i64.and(get(h, HART.mipLines), ~STIP)),
        call(f.updateTimers, h),
        putW(h, HOT.endChunk, 1),
        lookForInterrupts(h),
      ],
    },
    senvcfg: stored(HART.senvcfg, 1),
    satp: {
      read: (h) => get(h, HART.satp),
      // a mode that does not exist leaves the whole register as it was
      write: (h, value) => [
        when(i32.or(i64.eqz(i64.shrU(value, 60)), i64.eq(i64.shrU(value, 60), 8)), [
          put(h, HART.satp, value),
          call(f.selectContexts, h),
        ]),
      ],
      denied: (h) =>
        i32.and(i32.eq(privilege(h), 1), i32.wrap(i64.and(i64.shrU(mstatus(h), MSTATUS.TVM), 1))),
    },
    mvendorid: constant(0),
    marchid: constant(0),
    mimpid: constant(0),
    mconfigptr: constant(0),
    mhartid: { read: (h) => get(h, HART.mhartid) },
    // no triggers: tselect takes only 0, and its type is 0
    tselect: constant(0),
    'tdata#': constant(0),
  };
}
