import { createRandom, type Random } from '../../../testing/random.ts';
import { asm } from '../../assemble.ts';
import { Assembly } from './assembly.ts';
import { alu, items } from './looping-items.ts';
import {
  code,
  counters,
  csr,
  FUNCTIONS,
  type LoopingMode,
  own,
  ra,
  shared,
  sp,
} from './looping-registers.ts';

/**
 * Programs that never end, for comparing the tiers at any instruction: functions that call each other,
 * with loops, byte loops, faults, atomics, CSRs, code that changes itself, and timer interrupts. With
 * several harts, each runs the same code on data of its own and on some that all share.
 */
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

function prologue(a: Assembly, mode: LoopingMode): void {
  load64(a, code, BASE);
  load64(a, shared, BASE + SHARED);
  load64(a, own, BASE + DATA);
  csr(a, 'csrrs', 5, 'mhartid', 0);
  a.put(asm('slli', { rd: 6, rs1: 5, imm: 14 }));
  a.put(asm('add', { rd: own, rs1: own, rs2: 6 }));
  a.put(asm('lui', { rd: 6, imm: DATA_PER_HART }));
  a.put(asm('add', { rd: sp, rs1: own, rs2: 6 }));
  a.put(asm('addi', { rd: sp, rs1: sp, imm: -256 }));
  csr(a, 'csrrw', 0, 'mscratch', own);
  load64(a, 6, BASE + 0x400);
  csr(a, 'csrrw', 0, 'mtvec', 6);
  // all memory to all modes; counters readable; timer interrupts on
  a.put(asm('addi', { rd: 6, imm: -1 }));
  a.put(asm('srli', { rd: 6, rs1: 6, imm: 10 }));
  csr(a, 'csrrw', 0, 'pmpaddr0', 6);
  a.put(asm('addi', { rd: 6, imm: 0x1f }));
  csr(a, 'csrrw', 0, 'pmpcfg0', 6);
  a.put(asm('addi', { rd: 6, imm: 7 }));
  csr(a, 'csrrw', 0, 'mcounteren', 6);
  a.put(asm('addi', { rd: 6, imm: 0x80 }));
  csr(a, 'csrrw', 0, 'mie', 6);
  // go to main with MPIE set, in M or S
  a.put(asm('lui', { rd: 6, imm: mode === 'machine' ? 0x2000 : 0x1000 }));
  a.put(asm('addi', { rd: 6, rs1: 6, imm: mode === 'machine' ? -0x780 : -0x780 }));
  csr(a, 'csrrw', 0, 'mstatus', 6);
  if (mode === 'supervisor') {
    a.put(asm('addi', { rd: 6, imm: 8 }));
    a.put(asm('slli', { rd: 6, rs1: 6, imm: 60 }));
    load64(a, 7, (BASE + TABLES) / 4096);
    a.put(asm('or', { rd: 6, rs1: 6, rs2: 7 }));
    csr(a, 'csrrw', 0, 'satp', 6);
    load64(a, 7, BASE + 0x700);
    csr(a, 'csrrw', 0, 'stvec', 7);
  }
  load64(a, 6, BASE + CODE);
  csr(a, 'csrrw', 0, 'mepc', 6);
  a.put(asm('mret'));
}

/** Re-arms the timer; steps over an instruction that trapped. Keeps counts in the hart's data. */
function handler(a: Assembly, random: Random): void {
  csr(a, 'csrrw', own, 'mscratch', own);
  a.put(asm('sd', { rs1: own, rs2: 5, imm: 0 }));
  a.put(asm('sd', { rs1: own, rs2: 6, imm: 8 }));
  a.put(asm('sd', { rs1: own, rs2: 7, imm: 16 }));
  csr(a, 'csrrs', 5, 'mcause', 0);
  a.branch('bge', 5, 0, 'exception');
  a.put(asm('lui', { rd: 6, imm: CLINT + 0xc000 }));
  a.put(asm('ld', { rd: 7, rs1: 6, imm: -8 }));
  a.put(asm('addi', { rd: 7, rs1: 7, imm: 3 + random.below(60) }));
  csr(a, 'csrrs', 5, 'mhartid', 0);
  a.put(asm('slli', { rd: 5, rs1: 5, imm: 3 }));
  a.put(asm('lui', { rd: 6, imm: CLINT + 0x4000 }));
  a.put(asm('add', { rd: 6, rs1: 6, rs2: 5 }));
  a.put(asm('sd', { rs1: 6, rs2: 7, imm: 0 }));
  a.jump('restore');
  a.mark('exception');
  csr(a, 'csrrs', 6, 'mepc', 0);
  // M reads what the trapping mode executed: identity mapped, but for the alias, which never traps
  a.put(asm('lhu', { rd: 7, rs1: 6, imm: 0 }));
  a.put(asm('andi', { rd: 7, rs1: 7, imm: 3 }));
  a.put(asm('addi', { rd: 7, rs1: 7, imm: -3 }));
  a.put(asm('sltiu', { rd: 7, rs1: 7, imm: 1 }));
  a.put(asm('slli', { rd: 7, rs1: 7, imm: 1 }));
  a.put(asm('addi', { rd: 7, rs1: 7, imm: 2 }));
  a.put(asm('add', { rd: 6, rs1: 6, rs2: 7 }));
  csr(a, 'csrrw', 0, 'mepc', 6);
  a.mark('restore');
  a.put(asm('ld', { rd: 7, rs1: own, imm: 24 }));
  a.put(asm('addi', { rd: 7, rs1: 7, imm: 1 }));
  a.put(asm('sd', { rs1: own, rs2: 7, imm: 24 }));
  a.put(asm('ld', { rd: 5, rs1: own, imm: 0 }));
  a.put(asm('ld', { rd: 6, rs1: own, imm: 8 }));
  a.put(asm('ld', { rd: 7, rs1: own, imm: 16 }));
  csr(a, 'csrrw', own, 'mscratch', own);
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

/** Identity mapping of all memory, readable, writable and executable, in three levels. */
function pageTables(view: DataView): void {
  const entry = (address: number, flags: number) => (BigInt(address / 4096) << 10n) | BigInt(flags);
  view.setBigUint64(TABLES + 2 * 8, entry(BASE + TABLES + 0x1000, 1), true);
  view.setBigUint64(TABLES + 0x1000, entry(BASE + TABLES + 0x2000, 1), true);
  for (let page = 0; page < SIZE / 4096; page++) {
    view.setBigUint64(TABLES + 0x2000 + page * 8, entry(BASE + page * 4096, 0xcf), true);
  }
}
