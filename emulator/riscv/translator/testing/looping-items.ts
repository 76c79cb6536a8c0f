import type { Random } from '../../../testing/random.ts';
import { asm, csrOperand } from '../../assemble.ts';
import { csrNumber } from '../../csrs.ts';
import type { Assembly } from './assembly.ts';
import {
  counters,
  csr,
  FUNCTIONS,
  free,
  type LoopingMode,
  own,
  shared,
} from './looping-registers.ts';

/** What the functions of a looping program consist of. */
type Item = (a: Assembly, random: Random, index: number, mode: LoopingMode, depth: number) => void;

const ITEMS: readonly Item[] = [
  (a, random) => alu(a, random, true),
  (a, random) => alu(a, random, true),
  (a, random) => alu(a, random, true),
  memory,
  memory,
  memory,
  atomic,
  skip,
  innerLoop,
  byteFill,
  byteCopy,
  callOther,
  readCsr,
  trap,
];

/** Some random things to do, at a depth of nested loops. */
export function items(
  a: Assembly,
  random: Random,
  index: number,
  mode: LoopingMode,
  depth: number,
) {
  const count = 4 + random.below(depth === 0 ? 14 : 5);
  for (let i = 0; i < count; i++) random.pick(ITEMS)(a, random, index, mode, depth);
}

const REGISTER = [
  'add',
  'sub',
  'xor',
  'sltu',
  'slt',
  'addw',
  'mul',
  'mulhu',
  'mulhsu',
  'mulh',
  'divw',
  'remu',
  'sraw',
];
const IMMEDIATE = ['addi', 'xori', 'andi', 'addiw', 'sltiu'];

/** A computation; `compressed` allows 16-bit instructions and pairs. */
export function alu(a: Assembly, random: Random, compressed: boolean): void {
  const rd = random.pick(free);
  const rs1 = random.pick([...free, 0]);
  const rs2 = random.pick(free);
  if (compressed && random.below(8) === 0) {
    // a copy of what was just computed
    a.put(asm('add', { rd, rs1, rs2 }));
    a.half(0x8002 | (random.pick(free) << 7) | (rd << 2));
  } else if (compressed && random.below(4) === 0) {
    // c.mv or c.addi
    if (random.below(2)) a.half(0x8002 | (rd << 7) | (rs2 << 2));
    else a.half(0x0001 | (rd << 7) | (random.below(31) << 2));
  } else if (random.below(2)) {
    a.put(asm(random.pick(REGISTER), { rd, rs1, rs2 }));
  } else {
    a.put(asm(random.pick(IMMEDIATE), { rd, rs1, imm: random.below(4096) - 2048 }));
  }
}

const LOADS = ['lb', 'lh', 'lw', 'ld', 'lbu', 'lhu', 'lwu'];
const STORES = ['sb', 'sh', 'sw', 'sd'];

/** Several accesses of one object, sometimes misaligned, over a page boundary, or nowhere. */
function memory(a: Assembly, random: Random): void {
  const kind = random.below(12);
  if (kind === 0) {
    // an address that faults
    a.put(asm(random.pick(LOADS), { rd: random.pick(free), rs1: 0, imm: 16 }));
    return;
  }
  if (kind === 1) {
    // near the end of the hart's first or second page
    a.put(asm('lui', { rd: 5, imm: 0x1000 * (1 + random.below(2)) }));
    a.put(asm('add', { rd: 5, rs1: 5, rs2: own }));
  }
  const base = kind === 1 ? 5 : random.pick([own, own, shared]);
  const origin = kind === 1 ? -24 : 64 + 8 * random.below(200);
  for (let i = 0; i <= random.below(5); i++) {
    const imm = origin + 8 * random.below(6) + (random.below(6) === 0 ? random.below(8) : 0);
    const r = random.pick(free.filter((x) => x !== base));
    if (random.below(2)) a.put(asm(random.pick(LOADS), { rd: r, rs1: base, imm }));
    else a.put(asm(random.pick(STORES), { rs1: base, rs2: r, imm }));
  }
}

const ATOMICS = ['amoadd', 'amoswap', 'amoxor', 'amoand', 'amoor', 'amomin', 'amomaxu'];

function atomic(a: Assembly, random: Random): void {
  a.put(asm('addi', { rd: 5, rs1: random.pick([own, shared]), imm: 64 + 8 * random.below(100) }));
  const [rd, rs2] = [random.pick(free), random.pick(free)];
  const width = random.pick(['w', 'd']);
  if (random.below(3) === 0) {
    a.put(asm(`lr.${width}`, { rd: 6, rs1: 5 }));
    a.put(asm('addi', { rd: 6, rs1: 6, imm: 1 }));
    a.put(asm(`sc.${width}`, { rd, rs1: 5, rs2: 6 }));
  } else {
    a.put(asm(`${random.pick(ATOMICS)}.${width}`, { rd, rs1: 5, rs2 }));
  }
}

/** A branch over some instructions. */
function skip(a: Assembly, random: Random): void {
  const end = a.fresh('skip');
  const name = random.pick(['beq', 'bne', 'blt', 'bgeu']);
  a.branch(name, random.pick(free), random.pick([...free, 0]), end);
  for (let i = 0; i <= random.below(4); i++) alu(a, random, true);
  a.markFresh();
}

function innerLoop(a: Assembly, random: Random, index: number, mode: LoopingMode, depth: number) {
  const counter = counters[depth];
  if (counter === undefined) return;
  a.put(asm('addi', { rd: counter, imm: 2 + random.below(9) }));
  const start = a.at;
  items(a, random, index, mode, depth + 1);
  a.put(asm('addi', { rd: counter, rs1: counter, imm: -1 }));
  a.put(asm('beq', { rs1: counter, imm: 8 }));
  a.put(asm('jal', { imm: start - a.at }));
}

/** x5 = an address in the hart's data, x7 = x5 + length */
function range(a: Assembly, random: Random, register: number): void {
  a.put(asm('lui', { rd: register, imm: 0x1000 * random.below(3) }));
  a.put(asm('add', { rd: register, rs1: register, rs2: own }));
  a.put(asm('addi', { rd: register, rs1: register, imm: 1024 + random.below(1000) }));
}

function byteFill(a: Assembly, random: Random): void {
  const size = random.pick([1, 1, 1, 8]);
  range(a, random, 5);
  if (size === 8) a.put(asm('andi', { rd: 5, rs1: 5, imm: -8 }));
  a.put(asm('addi', { rd: 7, rs1: 5, imm: 8 * (1 + random.below(200)) }));
  const value = size === 8 ? random.pick([0, 10]) : random.pick(free.filter((r) => r > 7));
  a.put(asm(size === 1 ? 'sb' : 'sd', { rs1: 5, rs2: value }));
  a.put(asm('addi', { rd: 5, rs1: 5, imm: size }));
  a.put(asm(random.pick(['bne', 'bltu']), { rs1: 5, rs2: 7, imm: -8 }));
}

function byteCopy(a: Assembly, random: Random): void {
  const down = random.below(2) === 1;
  const step = down ? -1 : 1;
  range(a, random, 5);
  range(a, random, 6);
  if (random.below(3) === 0) a.put(asm('addi', { rd: 6, rs1: 5, imm: random.below(40) - 20 }));
  a.put(asm('addi', { rd: 7, rs1: 5, imm: step * (1 + random.below(1000)) }));
  a.put(asm(random.pick(['lbu', 'lb']), { rd: 10, rs1: 5 }));
  a.put(asm('addi', { rd: 5, rs1: 5, imm: step }));
  a.put(asm('addi', { rd: 6, rs1: 6, imm: step }));
  a.put(asm('sb', { rs1: 6, rs2: 10, imm: -step }));
  a.put(asm('bne', { rs1: 5, rs2: 7, imm: -16 }));
}

/** Calls go to later functions only, so that they end; some by a far jump. */
function callOther(a: Assembly, random: Random, index: number, _: LoopingMode, depth: number) {
  if (index >= FUNCTIONS - 1 || depth > 1) return;
  const target = `f${index + 1 + random.below(FUNCTIONS - 1 - index)}`;
  if (random.below(3) === 0) a.farCall(target);
  else a.call(random.below(5) === 0 ? 'alias' : target);
}

function readCsr(a: Assembly, random: Random, _: number, mode: LoopingMode): void {
  const rd = random.pick(free);
  const kind = random.below(5);
  if (kind < 3) csr(a, 'csrrs', rd, ['cycle', 'time', 'instret'][kind] ?? 'time', 0);
  else if (kind === 3) {
    csr(a, 'csrrw', rd, 'sscratch', random.pick(free));
    csr(a, 'csrrs', random.pick(free), 'sscratch', 0);
  } else if (mode === 'machine') {
    // interrupts off and on again
    a.put(asm('csrrci', { rd, imm: csrOperand(csrNumber('mstatus'), 8) }));
    alu(a, random, true);
    a.put(asm('csrrsi', { rd: 0, imm: csrOperand(csrNumber('mstatus'), 8) }));
  } else {
    a.put(asm('csrrsi', { rd, imm: csrOperand(csrNumber('sstatus'), random.pick([0, 2])) }));
    a.put(asm('csrrci', { rd: 0, imm: csrOperand(csrNumber('sstatus'), 2) }));
  }
}

function trap(a: Assembly, random: Random): void {
  if (random.below(3) === 0) a.put(asm('ecall'));
}
