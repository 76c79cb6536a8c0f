import type { CsrOperation, Sem, Size, SystemOperation } from '../../riscv/sem.ts';
import {
  br,
  brIf,
  call,
  type Expr,
  type FunctionScope,
  i32,
  i64,
  type Label,
  type Local,
  type Stmt,
  set,
  tee,
  when,
} from '../../wasm/index.ts';
import { HART, HOT, HOT_NEVER, HOT_READY, SLOT } from '../layout.ts';
import type { Core } from './core.ts';
import { aborted, getW, put, putW } from './kit.ts';

/** Locals and labels of the interpreter's function that handlers use. */
export interface Frame {
  readonly scope: FunctionScope;
  readonly h: Local;
  /** instructions left after this one */
  readonly left: Local;
  /** instructions left beyond `left`: what is not run now because the next must be the last */
  readonly stash: Local;
  /** address of this slot */
  readonly slot: Local;
  /** address of the slot at `va` */
  readonly slots: Local;
  /** virtual address of the page, or of an instruction that crosses pages */
  readonly va: Local;
  readonly pc: Local;
  readonly readTlb: Local;
  readonly writeTlb: Local;
  readonly address: Local;
  readonly value: Local;
  readonly entry: Local;
  /** next instruction, at `slot` */
  readonly next: Label;
  /** translate `pc` and go on there */
  readonly refetch: Label;
  /** leave before this instruction: trap or stop */
  readonly abort: Label;
  /** leave with pc already in the hart block */
  readonly gone: Label;
  /** leave before the instruction at `slot` */
  readonly out: Label;
  temporaries: { i32: Local[]; i64: Local[] };
}

const narrowLoad = (size: Size, signed: boolean, at: Expr): Expr => {
  switch (size) {
    case 1:
      return signed ? i64.load8s(at) : i64.load8u(at);
    case 2:
      return signed ? i64.load16s(at) : i64.load16u(at);
    case 4:
      return signed ? i64.load32s(at) : i64.load32u(at);
    case 8:
      return i64.load(at);
  }
};

const narrowStore = (size: Size, at: Expr, value: Expr): Stmt => {
  switch (size) {
    case 1:
      return i64.store8(at, value);
    case 2:
      return i64.store16(at, value);
    case 4:
      return i64.store32(at, value);
    case 8:
      return i64.store(at, value);
  }
};

const extend = (size: Size, signed: boolean, value: Expr): Expr => {
  if (!signed || size === 8) return value;
  return size === 4
    ? i64.extend32s(value)
    : size === 2
      ? i64.extend16s(value)
      : i64.extend8s(value);
};

const csrCode: Record<CsrOperation, number> = { write: 0, set: 1, clear: 2 };

/** Address of the instruction at `slot`. */
export const pcOf = (frame: Frame): Expr =>
  i64.add(frame.va, i64.extendU(i32.shrU(i32.sub(frame.slot, frame.slots), 3)));

/** Counts a jump to `slot`; a hot one goes to the dispatcher. */
export function countJump(frame: Frame): Stmt {
  const { entry, slot, out } = frame;
  const hot = tee(entry, i32.load8u(slot, SLOT.hot));
  return when(i32.ne(hot, HOT_NEVER), [
    brIf(out, i32.eq(entry, HOT_READY)),
    i32.store8(slot, i32.add(entry, 1), SLOT.hot),
  ]);
}

/** Semantics as code of the interpreter: operands are loads from the slot and the hart block. */
export class InterpreterSem implements Sem {
  readonly body: Stmt[] = [];
  private ended = false;
  private used = { i32: 0, i64: 0 };
  private readonly core: Core;
  private readonly frame: Frame;
  private readonly near: boolean;

  constructor(core: Core, frame: Frame, near: boolean) {
    this.core = core;
    this.frame = frame;
    this.near = near;
  }

  get rs1(): Expr {
    return i64.load(this.register(SLOT.rs1));
  }
  get rs2(): Expr {
    return i64.load(this.register(SLOT.rs2));
  }
  get rs3(): Expr {
    const index = i32.shrU(i32.load(this.frame.slot, SLOT.imm), 3);
    return i64.load(i32.add(this.frame.h, i32.shl(index, 3)), HART.f);
  }
  get imm(): Expr {
    return i64.load32s(this.frame.slot, SLOT.imm);
  }
  get immLow(): Expr {
    return i32.load(this.frame.slot, SLOT.imm);
  }
  get pc(): Expr {
    return pcOf(this.frame);
  }
  get next(): Expr {
    return i64.add(this.pc, i64.extendU(i32.shrU(this.step, 3)));
  }

  temp(value: Expr): Expr {
    const local = this.temporary(value.type === 'i32' ? 'i32' : 'i64');
    this.body.push(set(local, value));
    return local;
  }
  emit(statement: Stmt): void {
    this.body.push(statement);
  }
  setRd(value: Expr): void {
    this.body.push(i64.store(this.register(SLOT.rd), value));
  }

  load(size: Size, signed: boolean, address: Expr): Expr {
    const { frame, core } = this;
    const at = i32.add(i32.load(frame.entry, 8), i32.wrap(frame.address));
    this.body.push(set(frame.address, address));
    this.body.push(
      when(
        this.hits(frame.readTlb, size),
        [set(frame.value, narrowLoad(size, signed, at))],
        [
          this.prepare(),
          set(
            frame.value,
            extend(size, signed, call(core.f.slowLoad, frame.h, frame.address, size)),
          ),
          this.afterSlow(),
        ],
      ),
    );
    return frame.value;
  }

  store(size: Size, address: Expr, value: Expr): void {
    const { frame, core } = this;
    const at = i32.add(i32.load(frame.entry, 8), i32.wrap(frame.address));
    this.body.push(set(frame.address, address));
    this.body.push(
      when(
        this.hits(frame.writeTlb, size),
        [narrowStore(size, at, value)],
        [
          this.prepare(),
          call(core.f.slowStore, frame.h, frame.address, value, size),
          this.afterSlow(),
        ],
      ),
    );
  }

  loadReserved(size: 4 | 8, address: Expr): Expr {
    const { frame, core } = this;
    this.body.push(
      this.prepare(),
      set(frame.value, call(core.f.loadReserved, frame.h, address, size)),
      this.afterSlow(),
    );
    return frame.value;
  }

  storeConditional(size: 4 | 8, address: Expr, value: Expr): Expr {
    const { frame, core } = this;
    this.body.push(
      this.prepare(),
      set(frame.value, call(core.f.storeConditional, frame.h, address, value, size)),
      this.afterSlow(),
    );
    return frame.value;
  }

  amo(size: 4 | 8, address: Expr, combine: (old: Expr) => Expr): Expr {
    const { frame, core } = this;
    const at = this.temporary('i32');
    const old = this.temporary('i64');
    this.body.push(
      set(frame.address, address),
      when(
        this.hits(frame.writeTlb, size),
        [set(at, i32.add(i32.load(frame.entry, 8), i32.wrap(frame.address)))],
        [
          this.prepare(),
          set(at, call(core.f.storeAddress, frame.h, frame.address, size)),
          this.afterSlow(),
        ],
      ),
      set(old, narrowLoad(size, true, at)),
      narrowStore(size, at, combine(old)),
    );
    return old;
  }

  branch(condition: Expr): void {
    const { frame } = this;
    if (this.near) {
      const offset = this.temporary('i32');
      this.body.push(
        when(condition, [
          set(offset, i32.load(frame.slot, SLOT.imm)),
          set(frame.slot, i32.add(frame.slot, i32.shl(offset, 3))),
          when(i32.ltS(offset, 0), [countJump(frame)]),
          br(frame.next),
        ]),
      );
      return;
    }
    this.body.push(when(condition, [this.goTo(i64.add(this.pc, this.imm))]));
  }

  jumpRelative(): void {
    const { frame } = this;
    if (this.near) {
      this.body.push(
        i64.store(this.register(SLOT.rd), this.next),
        set(frame.slot, i32.add(frame.slot, i32.shl(i32.load(frame.slot, SLOT.imm), 3))),
        countJump(frame),
        br(frame.next),
      );
    } else {
      this.body.push(
        set(frame.address, i64.add(this.pc, this.imm)),
        i64.store(this.register(SLOT.rd), this.next),
        this.goTo(frame.address),
      );
    }
    this.ended = true;
  }

  jump(target: Expr): void {
    const { frame } = this;
    this.body.push(
      set(frame.address, target),
      i64.store(this.register(SLOT.rd), this.next),
      this.goTo(frame.address),
    );
    this.ended = true;
  }

  csr(operation: CsrOperation, source: 'rs1' | 'uimm'): void {
    const { frame, core } = this;
    const imm = i32.load(frame.slot, SLOT.imm);
    const uimm = i32.shrU(imm, 12);
    // csrrs and csrrc with x0 or 0 only read; for the register forms uimm is the register's number
    const writes = operation === 'write' ? i32.const(1) : i32.ne(uimm, 0);
    const value = source === 'rs1' ? this.rs1 : i64.extendU(uimm);
    this.body.push(
      this.prepare(),
      set(frame.value, call(core.f.csr, frame.h, imm, csrCode[operation], value, writes)),
      this.afterSlow(),
    );
    this.setRd(frame.value);
  }

  system(operation: SystemOperation): void {
    const { frame, core } = this;
    const { h } = frame;
    // decoded code follows every store at once
    if (operation === 'fenceI') return;
    this.body.push(this.prepare());
    if (operation === 'sfenceVma') {
      const given = (field: number) => i32.ne(i32.load16u(frame.slot, field), 0);
      this.body.push(
        call(core.f.sfenceVma, h, this.rs1, this.rs2, given(SLOT.rs1), given(SLOT.rs2)),
      );
    } else {
      this.body.push(call(core.f[operation], h));
    }
    this.body.push(brIf(frame.abort, aborted(h)), br(frame.gone));
    this.ended = true;
  }

  illegal(): void {
    const { frame, core } = this;
    this.body.push(call(core.f.raise, frame.h, 2, 0), br(frame.abort));
    this.ended = true;
  }

  mulHigh(kind: 'ss' | 'su' | 'uu', a: Expr, b: Expr): Expr {
    const [x, y] = [this.temp(a), this.temp(b)];
    const high = call(this.core.f.mulHighU, x, y);
    if (kind === 'uu') return high;
    const lessB = i64.and(y, i64.shrS(x, 63));
    const lessA = i64.and(x, i64.shrS(y, 63));
    const signedA = i64.sub(high, lessB);
    return kind === 'su' ? signedA : i64.sub(signedA, lessA);
  }

  needFloat(): void {
    const { frame, core } = this;
    this.body.push(brIf(frame.abort, call(core.f.floatOff, frame.h)));
  }

  setFd(bits: Expr): void {
    const { h } = this.frame;
    this.setRd(bits);
    this.body.push(put(h, HART.mstatus, i64.or(i64.load(h, HART.mstatus), 0x6000)));
  }

  float(operation: number, a: Expr, b: Expr = i64.const(0), c: Expr = i64.const(0)): Expr {
    const { frame, core } = this;
    this.body.push(
      this.prepare(),
      set(frame.value, call(core.f.float, frame.h, operation, this.immLow, a, b, c)),
      this.afterSlow(),
    );
    return frame.value;
  }

  /** All statements, ending with the step to the next instruction. */
  finish(): Stmt[] {
    if (this.ended) return this.body;
    const { slot, next } = this.frame;
    return [...this.body, set(slot, i32.add(slot, this.step)), br(next)];
  }

  private get step(): Expr {
    return i32.load8u(this.frame.slot, SLOT.step);
  }

  private register(field: number): Expr {
    return i32.add(this.frame.h, i32.load16u(this.frame.slot, field));
  }

  private temporary(type: 'i32' | 'i64'): Local {
    const pool = this.frame.temporaries[type];
    const index = this.used[type]++;
    pool[index] ??= this.frame.scope.local(type);
    return pool[index]!;
  }

  /** Does the access at `address` hit the speed TLB? Leaves the entry's address in `entry`. */
  private hits(table: Local, size: Size): Expr {
    const { address, entry } = this.frame;
    const index = i32.and(i32.wrap(i64.shrU(address, 8)), 0xff0);
    const found = tee(entry, i32.add(table, index));
    return i64.eq(i64.load(found), i64.and(address, -4096 + (size - 1)));
  }

  /** What the core must know before a slow call: where we are and when. */
  private prepare(): Stmt {
    const { h, left, stash } = this.frame;
    return [put(h, HART.pc, this.pc), putW(h, HOT.left, i32.add(left, i32.add(stash, 1)))];
  }

  /** A trap or stop leaves at once; a wish to leave takes effect after this instruction. */
  private afterSlow(): Stmt {
    const { h, left, stash, abort } = this.frame;
    return when(getW(h, HOT.event), [
      brIf(abort, aborted(h)),
      set(stash, i32.add(stash, left)),
      set(left, 0),
    ]);
  }

  private goTo(target: Expr): Stmt {
    const { frame } = this;
    return [set(frame.pc, target), br(frame.refetch)];
  }
}
