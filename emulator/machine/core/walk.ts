import {
  block,
  br,
  brIf,
  call,
  type Expr,
  i32,
  i64,
  type Local,
  label,
  leave,
  loop,
  select,
  set,
  when,
} from '../../wasm/index.ts';
import { HART, PAGE_FLAG } from '../layout.ts';
import { type Core, FETCH, LOAD, STORE, WALK } from './core.ts';
import {
  flagsOf,
  get,
  hostAddress,
  inRam,
  longs,
  mstatus,
  pageOf,
  params,
  setFlags,
  words,
} from './kit.ts';

const PTE = { V: 1, R: 2, W: 4, X: 8, U: 16, G: 32, A: 64, D: 128 } as const;
const ADUE = 61;
const PPN_MASK = (1n << 44n) - 1n;

/** Cause of a page fault by kind of access: load 13, store 15, fetch 12. */
const pageFault = (kind: Expr): Expr => byKind(kind, 13, 15, 12);
/** Cause of an access fault by kind of access: load 5, store 7, fetch 1. */
export const accessFault = (kind: Expr): Expr => byKind(kind, 5, 7, 1);

function byKind(kind: Expr, load: number, store: number, fetch: number): Expr {
  const other = select(i32.eq(kind, STORE), i64.const(store), i64.const(fetch));
  return select(i32.eq(kind, LOAD), i64.const(load), other);
}

/** Translation of addresses (Privileged manual, 12.3 and 12.4; strict mode: 12.2.1). */
export function defineWalk(core: Core): void {
  defineTranslate(core);
  defineTableWalk(core);
}

function defineTranslate(core: Core): void {
  const { m, f } = core;
  m.define(f.translate, (s) => {
    const [h, va, kind, mode, size] = params(s);
    const pa = s.local('i64');
    const bare = i32.or(i32.eq(mode, 3), i64.eqz(i64.shrU(get(h, HART.satp), 60)));
    return [
      when(
        bare,
        [set(pa, va)],
        [set(pa, call(f.walk, h, va, kind, mode)), when(i64.eq(pa, -1), [leave(pa)])],
      ),
      // beyond 56 bits there is nothing, and -1 means a trap
      when(
        i32.or(i64.ne(i64.shrU(pa, 56), 0), i32.eqz(call(f.pmpCheck, h, pa, size, kind, mode))),
        [call(f.raise, h, accessFault(kind), va), leave(i64.const(-1))],
      ),
      leave(pa),
    ];
  });
}

/** May this mode access by this leaf entry? Yields an i32; wrong A and D bits are looked at later. */
function permitted(h: Expr, pte: Expr, kind: Expr, mode: Expr): Expr {
  const bit = (mask: number) => i64.ne(i64.and(pte, mask), 0);
  const status = (position: number) => i32.and(i32.wrap(i64.shrU(mstatus(h), position)), 1);
  const readable = i32.or(bit(PTE.R), i32.and(status(19), bit(PTE.X)));
  const right = select(
    i32.eq(kind, LOAD),
    readable,
    select(i32.eq(kind, STORE), bit(PTE.W), bit(PTE.X)),
  );
  // S reaches user pages with SUM only, and never executes them
  const supervisor = i32.or(i32.eqz(bit(PTE.U)), i32.and(status(18), i32.ne(kind, FETCH)));
  return i32.and(right, select(mode, supervisor, bit(PTE.U)));
}

/** Bits that an access needs set in its leaf entry. */
const needed = (kind: Expr): Expr =>
  select(i32.eq(kind, STORE), i64.const(PTE.A | PTE.D), i64.const(PTE.A));

function defineTableWalk(core: Core): void {
  const { m, f, tlb } = core;
  m.define(f.walk, (s) => {
    const [h, va, kind, mode] = params(s);
    const [level, pa, slot, page] = words(s, 4);
    const [table, pte, mask, at] = longs(s, 4);
    const fault = label();
    const denied = label();
    const next = label();
    const leaf = label();
    const shift = i64.extendU(i32.add(12, i32.mul(level, 9)));
    const readEntry = [
      set(at, i64.add(table, i64.shl(i64.and(i64.shrU(va, shift), 511), 3))),
      brIf(denied, i32.eqz(inRam(core, at, 8))),
      brIf(denied, i32.eqz(call(f.pmpCheck, h, at, 8, LOAD, 1))),
      set(pa, i32.wrap(at)),
      set(page, pageOf(pa)),
      when(i32.and(flagsOf(core, page), PAGE_FLAG.watchWalk), [
        when(call(f.checkWatch, h, va, pa, 8, WALK), [leave(i64.const(-1))]),
      ]),
      set(slot, hostAddress(core, pa)),
      set(pte, i64.load(slot)),
      brIf(fault, i64.eqz(i64.and(pte, PTE.V))),
      brIf(fault, i64.eq(i64.and(pte, PTE.R | PTE.W), PTE.W)),
      // reserved bits, and those of extensions that this machine does not have
      brIf(fault, i64.ne(i64.shrU(pte, 54), 0)),
      ...(tlb === 'strict' ? [] : rememberWalked(core, page)),
    ];
    const strictHit = s.local('i32');
    return [
      block(denied, [
        block(fault, [
          brIf(fault, i64.ne(i64.shrS(i64.shl(va, 25), 25), va)),
          block(leaf, [
            ...(tlb === 'strict'
              ? [
                  set(strictHit, call(f.strictFind, h, va)),
                  when(strictHit, [
                    set(pte, i64.load(strictHit, 8)),
                    set(level, i32.wrap(i64.shrU(pte, 54))),
                    set(pte, i64.and(pte, (1n << 54n) - 1n)),
                    brIf(fault, i32.eqz(permitted(h, pte, kind, mode))),
                    // a store through a clean entry walks again, to set D or fault
                    brIf(leaf, i64.eqz(i64.and(needed(kind), i64.xor(pte, -1)))),
                  ]),
                ]
              : []),
            set(table, i64.shl(i64.and(get(h, HART.satp), PPN_MASK), 12)),
            set(level, 2),
            loop(next, [
              readEntry,
              when(i64.eqz(i64.and(pte, PTE.R | PTE.X)), [
                brIf(fault, i64.ne(i64.and(pte, PTE.A | PTE.D | PTE.U), 0)),
                brIf(fault, i32.eqz(level)),
                set(table, i64.shl(i64.and(i64.shrU(pte, 10), PPN_MASK), 12)),
                set(level, i32.sub(level, 1)),
                br(next),
              ]),
            ]),
            brIf(fault, i32.eqz(permitted(h, pte, kind, mode))),
            set(mask, i64.sub(i64.shl(1, shift), 1)),
            brIf(fault, i64.ne(i64.and(i64.and(i64.shl(i64.shrU(pte, 10), 12), mask), -4096), 0)),
            when(i64.ne(i64.and(needed(kind), i64.xor(pte, -1)), 0), [
              // Svade unless menvcfg.ADUE
              brIf(fault, i64.eqz(i64.and(i64.shrU(get(h, HART.menvcfg), ADUE), 1))),
              brIf(denied, i32.eqz(call(f.pmpCheck, h, at, 8, STORE, 1))),
              set(pte, i64.or(pte, needed(kind))),
              updateEntry(core, h, page, pa, slot, pte),
            ]),
            ...(tlb === 'strict' ? [call(f.strictInsert, h, va, pte, level)] : []),
          ]),
          set(mask, i64.sub(i64.shl(1, shift), 1)),
          leave(
            i64.or(
              i64.and(i64.shl(i64.and(i64.shrU(pte, 10), PPN_MASK), 12), i64.xor(mask, -1)),
              i64.and(va, mask),
            ),
          ),
        ]),
        call(f.raise, h, pageFault(kind), va),
        leave(i64.const(-1)),
      ]),
      call(f.raise, h, accessFault(kind), va),
      leave(i64.const(-1)),
    ];
  });
}

/** A store to this page of page table must be seen from now on. */
const rememberWalked = (core: Core, page: Local) => [
  when(i32.eqz(i32.and(flagsOf(core, page), PAGE_FLAG.walked)), [
    setFlags(core, page, i32.or(flagsOf(core, page), PAGE_FLAG.walked)),
    call(core.f.dropWrites, page),
  ]),
];

/** Setting A and D only widens what cached translations may say: none has to go. */
const updateEntry = (core: Core, h: Local, page: Local, pa: Local, slot: Local, pte: Local) => [
  call(core.f.markDirty, page),
  when(i32.and(flagsOf(core, page), PAGE_FLAG.code), [call(core.f.dropCode, page)]),
  when(i32.and(flagsOf(core, page), PAGE_FLAG.reserved), [
    call(core.f.breakReservations, h, pa, 8),
  ]),
  i64.store(slot, pte),
];
