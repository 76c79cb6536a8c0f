import { createRandom, type Random } from '../../../testing/random.ts';
import { asm, csrOperand } from '../../assemble.ts';
import { Assembly } from './assembly.ts';

/**
 * Programs that never end, for comparing the tiers at any instruction: functions that call each other,
 * with loops, byte loops, faults, atomics, CSRs, code that changes itself, and timer interrupts. With
 * several harts, each runs the same code on data of its own and on some that all share.
 */
export type LoopingMode = 'machine' | 'supervisor';

export interface LoopingProgram {
  /** memory from 0x8000_0000 on */
  readonly bytes: Uint8Array;
  readonly entry: number;
}

const BASE = 0x8000_0000;
const CODE = 0x2000;
const ALIAS = 0x8000;
const TABLES = 0xa000;
const SHARED = 0x1_0000;
const DATA = 0x1_1000;
const DATA_PER_HART = 0x4000;
const SIZE = 0x4_0000;

const CLINT = 0x200_0000;
const CSR = {
  sscratch: 0x140,
  sepc: 0x141,
  scause: 0x142,
  sstatus: 0x100,
  stvec: 0x105,
  satp: 0x180,
  mstatus: 0x300,
  mie: 0x304,
  mtvec: 0x305,
  mcounteren: 0x306,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mhartid: 0xf14,
  cycle: 0xc00,
  time: 0xc01,
  instret: 0xc02,
  pmpcfg0: 0x3a0,
  pmpaddr0: 0x3b0,
};

const [ra, sp] = [1, 2];
/** data of the hart, data of all, code */
const [own, shared, code] = [8, 9, 4];
/** loop counters, saved by functions */
const counters = [18, 19];
/** what random instructions compute with */
const free = [5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17];
const FUNCTIONS = 6;
/** word in the alias page that code rewrites */
const PATCH = ALIAS + 0x40;

/** @param seed of the program; @param mode in which the functions run */
export function loopingProgram(seed: number, mode: LoopingMode): LoopingProgram {
  const random = createRandom(seed);
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  for (let at = SHARED; at < SIZE; at += 8) view.setBigUint64(at, random.bits64(), true);
  const a = new Assembly(view);
  a.org(0);
  prologue(a, mode);
  a.org(0x400);
  handler(a, random);
  a.org(CODE);
  main(a, random, mode);
  for (let i = 0; i < FUNCTIONS; i++) functionBody(a, random, i, mode);
  // the same code page in two versions: either may be mapped at ALIAS
  for (const version of [0, 1]) {
    a.org(ALIAS + version * 0x1000);
    if (version === 0) a.mark('alias');
    leafBody(a, random);
  }
  a.finish();
  if (mode === 'supervisor') pageTables(view);
  return { bytes, entry: BASE };
}

const load64 = (a: Assembly, rd: number, value: number): void => {
  // lui sign-extends; shifting up and down clears the upper half
  a.put(asm('lui', { rd, imm: (value & ~0xfff) | 0 }));
  if (value & 0xfff) a.put(asm('addi', { rd, rs1: rd, imm: value & 0xfff }));
  a.put(asm('slli', { rd, rs1: rd, imm: 32 }));
  a.put(asm('srli', { rd, rs1: rd, imm: 32 }));
};

function csr(a: Assembly, name: 'csrrw' | 'csrrs' | 'csrrc', rd: number, n: number, rs1: number) {
  a.put(asm(name, { rd, rs1, imm: csrOperand(n, rs1) }));
}

function prologue(a: Assembly, mode: LoopingMode): void {
  load64(a, code, BASE);
  load64(a, shared, BASE + SHARED);
  load64(a, own, BASE + DATA);
  csr(a, 'csrrs', 5, CSR.mhartid, 0);
  a.put(asm('slli', { rd: 6, rs1: 5, imm: 14 }));
  a.put(asm('add', { rd: own, rs1: own, rs2: 6 }));
  a.put(asm('lui', { rd: 6, imm: DATA_PER_HART }));
  a.put(asm('add', { rd: sp, rs1: own, rs2: 6 }));
  a.put(asm('addi', { rd: sp, rs1: sp, imm: -256 }));
  csr(a, 'csrrw', 0, CSR.mscratch, own);
  load64(a, 6, BASE + 0x400);
  csr(a, 'csrrw', 0, CSR.mtvec, 6);
  // all memory to all modes; counters readable; timer interrupts on
  a.put(asm('addi', { rd: 6, imm: -1 }));
  a.put(asm('srli', { rd: 6, rs1: 6, imm: 10 }));
  csr(a, 'csrrw', 0, CSR.pmpaddr0, 6);
  a.put(asm('addi', { rd: 6, imm: 0x1f }));
  csr(a, 'csrrw', 0, CSR.pmpcfg0, 6);
  a.put(asm('addi', { rd: 6, imm: 7 }));
  csr(a, 'csrrw', 0, CSR.mcounteren, 6);
  a.put(asm('addi', { rd: 6, imm: 0x80 }));
  csr(a, 'csrrw', 0, CSR.mie, 6);
  // go to main with MPIE set, in M or S
  a.put(asm('lui', { rd: 6, imm: mode === 'machine' ? 0x2000 : 0x1000 }));
  a.put(asm('addi', { rd: 6, rs1: 6, imm: mode === 'machine' ? -0x780 : -0x780 }));
  csr(a, 'csrrw', 0, CSR.mstatus, 6);
  if (mode === 'supervisor') {
    a.put(asm('addi', { rd: 6, imm: 8 }));
    a.put(asm('slli', { rd: 6, rs1: 6, imm: 60 }));
    load64(a, 7, (BASE + TABLES) / 4096);
    a.put(asm('or', { rd: 6, rs1: 6, rs2: 7 }));
    csr(a, 'csrrw', 0, CSR.satp, 6);
    load64(a, 7, BASE + 0x700);
    csr(a, 'csrrw', 0, CSR.stvec, 7);
  }
  load64(a, 6, BASE + CODE);
  csr(a, 'csrrw', 0, CSR.mepc, 6);
  a.put(asm('mret'));
}

/** Re-arms the timer; steps over an instruction that trapped. Keeps counts in the hart's data. */
function handler(a: Assembly, random: Random): void {
  csr(a, 'csrrw', own, CSR.mscratch, own);
  a.put(asm('sd', { rs1: own, rs2: 5, imm: 0 }));
  a.put(asm('sd', { rs1: own, rs2: 6, imm: 8 }));
  a.put(asm('sd', { rs1: own, rs2: 7, imm: 16 }));
  csr(a, 'csrrs', 5, CSR.mcause, 0);
  a.branch('bge', 5, 0, 'exception');
  a.put(asm('lui', { rd: 6, imm: CLINT + 0xc000 }));
  a.put(asm('ld', { rd: 7, rs1: 6, imm: -8 }));
  a.put(asm('addi', { rd: 7, rs1: 7, imm: 3 + random.below(60) }));
  csr(a, 'csrrs', 5, CSR.mhartid, 0);
  a.put(asm('slli', { rd: 5, rs1: 5, imm: 3 }));
  a.put(asm('lui', { rd: 6, imm: CLINT + 0x4000 }));
  a.put(asm('add', { rd: 6, rs1: 6, rs2: 5 }));
  a.put(asm('sd', { rs1: 6, rs2: 7, imm: 0 }));
  a.jump('restore');
  a.mark('exception');
  csr(a, 'csrrs', 6, CSR.mepc, 0);
  // M reads what the trapping mode executed: identity mapped, but for the alias, which never traps
  a.put(asm('lhu', { rd: 7, rs1: 6, imm: 0 }));
  a.put(asm('andi', { rd: 7, rs1: 7, imm: 3 }));
  a.put(asm('addi', { rd: 7, rs1: 7, imm: -3 }));
  a.put(asm('sltiu', { rd: 7, rs1: 7, imm: 1 }));
  a.put(asm('slli', { rd: 7, rs1: 7, imm: 1 }));
  a.put(asm('addi', { rd: 7, rs1: 7, imm: 2 }));
  a.put(asm('add', { rd: 6, rs1: 6, rs2: 7 }));
  csr(a, 'csrrw', 0, CSR.mepc, 6);
  a.mark('restore');
  a.put(asm('ld', { rd: 7, rs1: own, imm: 24 }));
  a.put(asm('addi', { rd: 7, rs1: 7, imm: 1 }));
  a.put(asm('sd', { rs1: own, rs2: 7, imm: 24 }));
  a.put(asm('ld', { rd: 5, rs1: own, imm: 0 }));
  a.put(asm('ld', { rd: 6, rs1: own, imm: 8 }));
  a.put(asm('ld', { rd: 7, rs1: own, imm: 16 }));
  csr(a, 'csrrw', own, CSR.mscratch, own);
  a.put(asm('mret'));
}

function main(a: Assembly, random: Random, mode: LoopingMode): void {
  a.mark('main');
  for (let i = 0; i < 4; i++) {
    a.call(`f${random.below(FUNCTIONS)}`);
    a.call('alias');
  }
  if (mode === 'supervisor') remap(a);
  patch(a, random);
  a.jump('main');
}

/** Swaps the two versions of the alias page, and two data pages, and fences. */
function remap(a: Assembly): void {
  a.put(asm('lui', { rd: 5, imm: TABLES + 0x2000 }));
  a.put(asm('add', { rd: 5, rs1: 5, rs2: code }));
  const swap = (page: number) => {
    a.put(asm('ld', { rd: 6, rs1: 5, imm: page * 8 }));
    a.put(asm('ld', { rd: 7, rs1: 5, imm: page * 8 + 8 }));
    a.put(asm('sd', { rs1: 5, rs2: 7, imm: page * 8 }));
    a.put(asm('sd', { rs1: 5, rs2: 6, imm: page * 8 + 8 }));
  };
  swap(ALIAS >> 12);
  swap((DATA >> 12) + 1);
  a.put(asm('sfence.vma'));
}

/** Now and then writes another instruction over the one at PATCH: addi a0, a0, something. */
function patch(a: Assembly, random: Random): void {
  const word = asm('addi', { rd: 10, rs1: 10, imm: 1 + random.below(50) });
  a.put(asm('lui', { rd: 5, imm: PATCH & ~0xfff }));
  a.put(asm('add', { rd: 5, rs1: 5, rs2: code }));
  a.put(asm('lui', { rd: 6, imm: ((word + 0x800) & ~0xfff) | 0 }));
  a.put(asm('addi', { rd: 6, rs1: 6, imm: ((word & 0xfff) ^ 0x800) - 0x800 }));
  a.put(asm('andi', { rd: 7, rs1: 10, imm: 7 }));
  a.branch('bne', 7, 0, a.fresh('unpatched'));
  a.put(asm('srli', { rd: 7, rs1: 10, imm: 3 }));
  a.put(asm('andi', { rd: 7, rs1: 7, imm: 3 }));
  a.put(asm('slli', { rd: 7, rs1: 7, imm: 20 }));
  a.put(asm('add', { rd: 6, rs1: 6, rs2: 7 }));
  a.put(asm('sw', { rs1: 5, rs2: 6, imm: PATCH & 0xfff }));
  a.put(asm('fence.i'));
  a.markFresh();
}

function functionBody(a: Assembly, random: Random, index: number, mode: LoopingMode): void {
  a.mark(`f${index}`);
  const frame = 48;
  a.put(asm('addi', { rd: sp, rs1: sp, imm: -frame }));
  a.put(asm('sd', { rs1: sp, rs2: ra, imm: 40 }));
  for (const [i, r] of counters.entries()) {
    a.put(asm('sd', { rs1: sp, rs2: r, imm: 8 + 8 * i }));
  }
  items(a, random, index, mode, 0);
  for (const [i, r] of counters.entries()) {
    a.put(asm('ld', { rd: r, rs1: sp, imm: 8 + 8 * i }));
  }
  a.put(asm('ld', { rd: ra, rs1: sp, imm: 40 }));
  a.put(asm('addi', { rd: sp, rs1: sp, imm: frame }));
  a.put(asm('jalr', { rs1: ra }));
}

/** Straight code of the alias page: nothing in it traps. */
function leafBody(a: Assembly, random: Random): void {
  while (a.at % 0x1000 !== (PATCH & 0xfff)) alu(a, random, false);
  a.put(asm('addi', { rd: 10, rs1: 10, imm: 1 }));
  for (let i = 0; i < 5; i++) alu(a, random, false);
  a.put(asm('jalr', { rs1: ra }));
}

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

function items(a: Assembly, random: Random, index: number, mode: LoopingMode, depth: number) {
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

function alu(a: Assembly, random: Random, compressed: boolean): void {
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
  if (kind < 3) csr(a, 'csrrs', rd, [CSR.cycle, CSR.time, CSR.instret][kind] ?? CSR.time, 0);
  else if (kind === 3) {
    csr(a, 'csrrw', rd, CSR.sscratch, random.pick(free));
    csr(a, 'csrrs', random.pick(free), CSR.sscratch, 0);
  } else if (mode === 'machine') {
    // interrupts off and on again
    a.put(asm('csrrci', { rd, imm: csrOperand(CSR.mstatus, 8) }));
    alu(a, random, true);
    a.put(asm('csrrsi', { rd: 0, imm: csrOperand(CSR.mstatus, 8) }));
  } else {
    a.put(asm('csrrsi', { rd, imm: csrOperand(CSR.sstatus, random.pick([0, 2])) }));
    a.put(asm('csrrci', { rd: 0, imm: csrOperand(CSR.sstatus, 2) }));
  }
}

function trap(a: Assembly, random: Random): void {
  if (random.below(3) === 0) a.put(asm('ecall'));
}

/** Identity mapping of all memory, readable, writable and executable, in three levels. */
function pageTables(view: DataView): void {
  const entry = (address: number, flags: number) => (BigInt(address / 4096) << 10n) | BigInt(flags);
  view.setBigUint64(TABLES + 2 * 8, entry(BASE + TABLES + 0x1000, 1), true);
  view.setBigUint64(TABLES + 0x1000, entry(BASE + TABLES + 0x2000, 1), true);
  for (let page = 0; page < SIZE / 4096; page++) {
    view.setBigUint64(TABLES + 0x2000 + page * 8, entry(BASE + page * 4096, 0xcf), true);
  }
}
