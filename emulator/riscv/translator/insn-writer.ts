import { HOT } from '../../machine/layout.ts';
import {
  after,
  type Body,
  br,
  brIf,
  call,
  choose,
  type Expr,
  i32,
  i64,
  type Local,
  type Stmt,
  set,
  when,
} from '../../wasm/index.ts';
import type { CsrOperation, Sem, Size, SystemOperation } from '../sem.ts';
import type { AccessGroup } from './access-groups.ts';
import { extend, loadFrom, storeTo, tagHits, tlbEntry } from './fast-access.ts';
import type { Insn } from './region.ts';
import { type InlineCsr, inlineCsr } from './region-csr.ts';
import type { RegionScope } from './region-scope.ts';

/** As the core numbers them. */
const CSR_OPERATIONS: readonly CsrOperation[] = ['write', 'set', 'clear'];

const clearBits = (old: Expr, bits: Expr): Expr => i64.and(old, i64.xor(bits, -1));

/** A group's state while its block is written. */
export interface OpenGroup {
  /** i32: host address of the lowest byte, or 0 when the TLB did not have it */
  readonly host: Local;
}

/**
 * Writes the instructions of one block: the semantics of the rows over registers in locals and
 * immediates as constants.
 */
export class InsnWriter implements Sem {
  readonly body: Stmt[] = [];
  /** condition of the branch that ends the block */
  condition: Expr | undefined;
  private readonly region: RegionScope;
  private insn!: Insn;
  private group: AccessGroup | undefined;
  /** instructions of the block from this one on */
  private rest = 0;
  private readonly openGroups = new Map<AccessGroup, OpenGroup>();
  private readonly constants = new Map<number, Expr>();

  constructor(region: RegionScope) {
    this.region = region;
  }

  write(insn: Insn, rest: number, group: AccessGroup | undefined): void {
    this.insn = insn;
    this.rest = rest;
    this.group = group;
    this.region.releaseTemps();
    insn.row.semantics(this);
  }

  get rs1(): Expr {
    return this.value(this.insn.operands.rs1);
  }

  get rs2(): Expr {
    return this.value(this.insn.operands.rs2);
  }

  get rs3(): Expr {
    throw new Error(`rs3: ${this.insn.row.name} is not translated`);
  }

  get imm(): Expr {
    return i64.const(this.insn.operands.imm);
  }

  get immLow(): Expr {
    return i32.const(this.insn.operands.imm);
  }

  get pc(): Expr {
    return i64.const(this.insn.pc);
  }

  get next(): Expr {
    return i64.const(this.insn.pc + this.insn.length);
  }

  temp(value: Expr): Expr {
    if (value.kind === 'const' || value.type === 'void') return value;
    const local = this.region.temp(value.type);
    this.emit(set(local, value));
    return local;
  }

  emit(statement: Stmt): void {
    this.body.push(statement);
  }

  setRd(value: Expr): void {
    const { rd } = this.insn.operands;
    if (rd === 0) return;
    if (value.kind === 'const') this.constants.set(rd, value);
    else this.constants.delete(rd);
    const last = this.body.at(-1);
    if (
      last &&
      'kind' in last &&
      last.kind === 'set' &&
      last.local === value &&
      this.region.isTemp(value)
    ) {
      // what was computed for rd goes there at once
      this.body.pop();
      this.emit(set(this.region.target(rd), last.value));
    } else {
      this.emit(set(this.region.target(rd), value));
    }
  }

  load(size: Size, signed: boolean, address: Expr): Expr {
    const { region } = this;
    const group = this.group && this.openGroup(this.group);
    if (group) {
      const fast = loadFrom(size, signed, group.host, this.groupOffset());
      return this.temp(choose(group.host, fast, this.slowLoad(size, signed, address)));
    }
    const va = region.temp('i64');
    const entry = region.temp('i32');
    this.emit(set(va, address));
    this.emit(set(entry, tlbEntry(region.readTlb, va)));
    const host = i32.add(i32.load(entry, 8), i32.wrap(va));
    const fast = loadFrom(size, signed, host, 0);
    return this.temp(choose(tagHits(entry, va, size), fast, this.slowLoad(size, signed, va)));
  }

  store(size: Size, address: Expr, value: Expr): void {
    const { region } = this;
    const group = this.group && this.openGroup(this.group);
    if (group) {
      const fast = storeTo(size, group.host, value, this.groupOffset());
      this.emit(when(group.host, [fast], this.slowStore(size, address, value)));
      return;
    }
    const va = region.temp('i64');
    const entry = region.temp('i32');
    this.emit(set(va, address));
    this.emit(set(entry, tlbEntry(region.writeTlb, va)));
    const host = i32.add(i32.load(entry, 8), i32.wrap(va));
    const fast = storeTo(size, host, value, 0);
    this.emit(when(tagHits(entry, va, size), [fast], this.slowStore(size, va, value)));
  }

  loadReserved(): Expr {
    throw new Error('loadReserved: not translated');
  }

  storeConditional(): Expr {
    throw new Error('storeConditional: not translated');
  }

  amo(size: 4 | 8, address: Expr, combine: (old: Expr) => Expr): Expr {
    const { region } = this;
    const va = region.temp('i64');
    const entry = region.temp('i32');
    const host = region.temp('i32');
    const old = region.temp('i64');
    this.emit(set(va, address));
    this.emit(set(entry, tlbEntry(region.writeTlb, va)));
    // The interpreter does the first access to a page and everything that traps.
    const miss = i32.eqz(tagHits(entry, va, size));
    this.emit(when(miss, region.exitTo(this.insn.pc, this.rest)));
    this.emit(set(host, i32.add(i32.load(entry, 8), i32.wrap(va))));
    this.emit(set(old, loadFrom(size, true, host, 0)));
    this.emit(storeTo(size, host, combine(old), 0));
    return old;
  }

  branch(condition: Expr): void {
    this.condition = condition;
  }

  jumpRelative(): void {
    this.setRd(this.next);
  }

  jump(target: Expr): void {
    this.emit(set(this.region.pc, target));
    this.setRd(this.next);
  }

  csr(operation: CsrOperation, source: 'rs1' | 'uimm'): void {
    const { imm, rs1 } = this.insn.operands;
    const uimm = imm >>> 12;
    const given = source === 'rs1' ? this.rs1 : i64.const(uimm);
    // set and clear with x0 or 0 only read
    const writes = operation === 'write' || (source === 'rs1' ? rs1 : uimm) !== 0;
    const number = imm & 0xfff;
    const inline = inlineCsr(number);
    const allowed =
      ((number >>> 8) & 3) <= this.region.privilege && !(number >>> 10 === 3 && writes);
    if (inline && allowed) this.csrInline(inline, operation, given, writes);
    else this.csrCall(operation, given, writes);
  }

  private csrCall(operation: CsrOperation, given: Expr, writes: boolean): void {
    const { region } = this;
    const { imm } = this.insn.operands;
    const detail =
      CSR_OPERATIONS.indexOf(operation) | (Number(writes) << 2) | (this.insn.length << 4);
    const old = region.temp('i64');
    this.emit(set(old, call(region.imports.csr, ...this.where(), imm, given, detail)));
    this.emit(this.leaveWith(old));
    this.setRd(old);
  }

  private csrInline(
    { row, behaviour }: InlineCsr,
    operation: CsrOperation,
    given: Expr,
    writes: boolean,
  ): void {
    const { region } = this;
    const { h } = region;
    const denied = behaviour.denied?.(h, row);
    // the interpreter raises the trap
    if (denied) this.emit(when(denied, region.exitTo(this.insn.pc, this.rest)));
    // clocks count from `left`
    this.emit(i32.store(h, i32.add(region.left, this.rest), HOT.left));
    const old = this.temp(behaviour.read(h, row));
    if (writes && behaviour.write) {
      const combined = { write: given, set: i64.or(old, given), clear: clearBits(old, given) };
      const value = region.temp('i64');
      this.emit(set(value, combined[operation]));
      this.emit([behaviour.write(h, value, region.temp('i64'), row)]);
      this.emit(
        when(i32.load(h, HOT.event), [
          this.insn.operands.rd === 0 ? [] : set(region.target(this.insn.operands.rd), old),
          region.exitTo(this.insn.pc + this.insn.length, this.rest - 1),
        ]),
      );
    }
    this.setRd(old);
  }

  system(operation: SystemOperation): void {
    const { region } = this;
    const { rs1, rs2 } = this.insn.operands;
    switch (operation) {
      case 'fenceI':
        // decoded code follows every store at once
        return;
      case 'sfenceVma': {
        const given = Number(rs1 !== 0) | (Number(rs2 !== 0) << 1) | (this.insn.length << 4);
        const fence = call(region.imports.sfence, ...this.where(), this.rs1, this.rs2, given);
        this.emit(brIf(region.stored, fence));
        return;
      }
      case 'ecall':
      case 'mret':
      case 'sret':
        this.emit(call(region.imports[operation], ...this.where()));
        this.emit(br(region.stored));
        return;
      default:
        throw new Error(`system: ${operation} is not translated`);
    }
  }

  illegal(): void {
    throw new Error('illegal: not translated');
  }

  mulHigh(kind: 'ss' | 'su' | 'uu', a: Expr, b: Expr): Expr {
    const x = this.temp(a);
    const y = this.temp(b);
    const negative = (value: Expr, other: Expr) => i64.and(i64.shrS(value, 63), other);
    let high: Expr = call(this.region.imports.mulhu, x, y);
    if (kind !== 'uu') high = i64.sub(high, negative(x, y));
    if (kind === 'ss') high = i64.sub(high, negative(y, x));
    return high;
  }

  needFloat(): void {
    throw new Error('needFloat: not translated');
  }

  setFd(): void {
    throw new Error('setFd: not translated');
  }

  float(): Expr {
    throw new Error('float: not translated');
  }

  private value(register: number): Expr {
    if (register === 0) return i64.const(0);
    return this.constants.get(register) ?? this.region.register(register);
  }

  private groupOffset(): number {
    return this.insn.operands.imm - (this.group?.lowest ?? 0);
  }

  /** Asks the TLB for the whole group before its first access. */
  private openGroup(group: AccessGroup): OpenGroup {
    const known = this.openGroups.get(group);
    if (known) return known;
    const { region } = this;
    const host = region.local('i32');
    const va = region.temp('i64');
    const entry = region.temp('i32');
    const table = group.kind === 'load' ? region.readTlb : region.writeTlb;
    this.emit(set(va, i64.add(this.value(group.base), group.lowest)));
    this.emit(set(entry, tlbEntry(table, va)));
    const inPage = i32.leU(i32.and(i32.wrap(va), 0xfff), 4096 - group.spanBytes);
    const hit = i32.and(tagHits(entry, va, group.alignment), inPage);
    this.emit(set(host, choose(hit, i32.add(i32.load(entry, 8), i32.wrap(va)), i32.const(0))));
    const made = { host };
    this.openGroups.set(group, made);
    return made;
  }

  private slowLoad(size: Size, signed: boolean, va: Expr): Expr {
    const value = this.region.temp('i64');
    const detail = size | (this.insn.length << 4);
    const made = call(this.region.imports.load, ...this.where(), va, detail);
    return after(
      [set(value, made), this.leaveWith(extend(size, signed, value))],
      extend(size, signed, value),
    );
  }

  private slowStore(size: Size, va: Expr, value: Expr): Body {
    const { region } = this;
    const detail = size | (this.insn.length << 4);
    return [brIf(region.stored, call(region.imports.store, ...this.where(), va, value, detail))];
  }

  /** After a call of the core that may want to leave: before this instruction, or after it with rd. */
  private leaveWith(result: Expr): Stmt {
    const { region } = this;
    const { rd } = this.insn.operands;
    const event = i32.load(region.h, HOT.event);
    return when(event, [
      brIf(region.stored, i32.and(event, 1)),
      rd === 0 ? [] : set(region.target(rd), result),
      br(region.stored),
    ]);
  }

  /** First arguments of the core's slow functions: hart, instructions left, pc. */
  private where(): [Expr, Expr, Expr] {
    return [this.region.h, i32.add(this.region.left, this.rest), this.pc];
  }
}
