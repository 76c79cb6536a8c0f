import {
  type Body,
  block,
  br,
  brIf,
  brTable,
  call,
  type Expr,
  type FunctionScope,
  i32,
  i64,
  type Label,
  label,
  leave,
  loop,
  type Stmt,
  set,
  tee,
  when,
} from '../../wasm/index.ts';
import { CORE, DECODED_COPY, HART, HOT, SLOT, STOP } from '../layout.ts';
import type { Core } from './core.ts';
import { countJump, type Frame, InterpreterSem, pcOf } from './interpreter-sem.ts';
import { get, getW, put, putW } from './kit.ts';
import { FIRST_ROW_OP, OP, OP_COUNT, rowOps } from './slot-ops.ts';

/**
 * The interpreter: one function, a loop around a jump table over the handlers of decoded slots. It runs
 * until `left` instructions are done, an event wants it to leave, or a jump meets hot code.
 */
export function defineInterpreter(core: Core): void {
  core.m.define(core.f.interpret, (scope) => {
    const frame = newFrame(scope);
    const { h, left, stash, slot, pc, readTlb, writeTlb } = frame;
    const op = scope.local('i32');
    const jumped = scope.local('i32');
    const redo = label();
    return [
      set(readTlb, getW(h, HOT.readTlb)),
      set(writeTlb, getW(h, HOT.writeTlb)),
      set(pc, get(h, HART.pc)),
      block(frame.gone, [
        block(frame.out, [
          block(frame.abort, [
            loop(frame.refetch, [
              // out of time, or asked to leave: the next instruction's fetch is not ours
              when(i32.eqz(left), [put(h, HART.pc, pc), br(frame.gone)]),
              fetch(core, frame),
              // the dispatcher sends us to hot code when it has nothing better: begin with it
              when(jumped, [countJump(frame)]),
              set(jumped, 1),
              loop(frame.next, [
                brIf(frame.out, i32.eqz(left)),
                set(left, i32.sub(left, 1)),
                set(op, i32.load16u(slot, SLOT.op)),
                loop(redo, [handlers(core, frame, op, redo)]),
              ]),
            ]),
          ]),
          // a trap or stop before this instruction; pc may be stored already, but not always
          putPc(frame),
          leave(i32.add(left, i32.add(stash, 1))),
        ]),
        putPc(frame),
        leave(i32.add(left, stash)),
      ]),
      leave(i32.add(left, stash)),
    ];
  });
}

const putPc = (frame: Frame): Stmt => put(frame.h, HART.pc, pcOf(frame));

function newFrame(scope: FunctionScope): Frame {
  const word = () => scope.local('i32');
  const long = () => scope.local('i64');
  return {
    scope,
    h: scope.param(0),
    left: scope.param(1),
    stash: word(),
    slot: word(),
    slots: word(),
    va: long(),
    pc: long(),
    readTlb: word(),
    writeTlb: word(),
    address: long(),
    value: long(),
    entry: word(),
    next: label(),
    refetch: label(),
    abort: label(),
    gone: label(),
    out: label(),
    temporaries: { i32: [], i64: [] },
  };
}

/** Finds the slot of `pc`; a fault leaves with the trap pending. */
function fetch(core: Core, frame: Frame): Stmt {
  const { h, slot, slots, va, pc, entry, left, stash } = frame;
  const index = i32.and(i32.wrap(i64.shrU(pc, 8)), 0xff0);
  const inPage = i32.shl(i32.and(i32.wrap(pc), 0xffe), 3);
  const page = i64.and(pc, -4096);
  return [
    when(
      i64.eq(i64.load(tee(entry, i32.add(getW(h, HOT.fetchTlb), index))), page),
      [set(slots, i32.load(entry, 8))],
      [
        putW(h, HOT.left, i32.add(left, stash)),
        put(h, HART.pc, pc),
        // out of time: it is the next run that fetches
        brIf(frame.gone, i32.eqz(left)),
        set(slots, call(core.f.fetchPage, h, pc)),
        brIf(frame.gone, i32.eqz(slots)),
        // a page that is not kept in the TLB (watched, of several permissions) is asked for each time
        when(i64.ne(i64.load(entry), page), [
          set(stash, i32.add(stash, i32.sub(left, 1))),
          set(left, 1),
        ]),
      ],
    ),
    set(va, page),
    set(slot, i32.add(slots, inPage)),
  ];
}

function handlers(core: Core, frame: Frame, op: Expr, redo: Label): Stmt {
  const labels = Array.from({ length: OP_COUNT }, () => label());
  const bodies: Body[] = Array.from({ length: OP_COUNT }, () => []);
  for (const { op: number, row, near } of rowOps) {
    const sem = new InterpreterSem(core, frame, near);
    row.semantics(sem);
    bodies[number] = sem.finish();
  }
  Object.assign(bodies, special(core, frame, op, redo));
  for (let unused = 5; unused < FIRST_ROW_OP; unused++) bodies[unused] = bodies[OP.illegal]!;
  let inner: Stmt = brTable(op, labels, labels[OP.illegal]!);
  for (let i = 0; i < OP_COUNT; i++) inner = [block(labels[i]!, [inner]), bodies[i]!];
  return inner;
}

/** Handlers of slots that are not instructions. None counts as one. */
function special(core: Core, frame: Frame, op: Expr, redo: Label): Record<number, Body> {
  const { f, host } = core;
  const { h, left, slot, slots, va, pc, entry } = frame;
  if (op.kind !== 'local') throw new Error('special: the handler number is a local');
  const uncount = set(left, i32.add(left, 1));
  const offset = i32.shrU(i32.sub(slot, slots), 3);
  const word = i32.load(i32.add(slots, offset), DECODED_COPY);
  return {
    [OP.undecoded]: [
      call(host.decodeSlot, slot, word, offset),
      set(op, i32.load16u(slot, SLOT.op)),
      br(redo),
    ],
    [OP.illegal]: [putPc(frame), call(f.raise, h, 2, 0), br(frame.abort)],
    [OP.pageEnd]: [uncount, set(pc, pcOf(frame)), br(frame.refetch)],
    [OP.crossing]: [
      putPc(frame),
      putW(h, HOT.left, i32.add(left, i32.add(frame.stash, 1))),
      set(entry, call(f.fetchCrossing, h, pcOf(frame), i32.and(word, 0xffff))),
      brIf(frame.abort, i32.eqz(entry)),
      set(va, pcOf(frame)),
      set(slot, entry),
      set(slots, entry),
      set(op, i32.load16u(slot, SLOT.op)),
      br(redo),
    ],
    [OP.breakpoint]: [
      when(call(f.breakHit, h, pcOf(frame)), [
        uncount,
        i32.store(CORE.stop, STOP.breakpoint),
        i32.store(CORE.stopHart, h),
        br(frame.out),
      ]),
      set(op, i32.load16u(slot, SLOT.fn)),
      br(redo),
    ],
  };
}
