import { asm, csrOperand } from '../riscv/assemble.ts';
import { decode } from '../riscv/decode.ts';
import type { Row } from '../riscv/row.ts';
import { rows } from '../riscv/rows/index.ts';
import { createRandom, type Random } from './random.ts';

/**
 * Random straight-line programs with forward branches, traps and (optionally) address translation, for
 * running on two machines side by side. Every trap is handled in M mode by stepping over the
 * instruction; the last instruction writes the test finisher.
 */
export interface RandomProgram {
  /** memory from 0x8000_0000 on */
  bytes: Uint8Array;
  entry: number;
  /** number of random instructions */
  length: number;
}

export type ProgramMode = 'machine' | 'supervisor' | 'user';

const BASE = 0x8000_0000;
const CODE = 0x1000;
const REGISTERS = 0xc000;
const DATA = 0x1_0000;
const DATA_PAGES = 8;
const TABLES = 0x2_0000;
const SIZE = 0x3_0000;
/** integer registers that hold addresses of data; random instructions do not write them */
const BASES = [2, 24, 25, 26, 27, 28, 30];
/** those of them that are 8-byte aligned */
const ALIGNED_BASES = [2, 24, 25];
/** and those of the trap handler */
const RESERVED = new Set([...BASES, 29, 31]);
const CSR = {
  fflags: 0x001,
  frm: 0x002,
  fcsr: 0x003,
  satp: 0x180,
  mstatus: 0x300,
  mtvec: 0x305,
  mscratch: 0x340,
  mepc: 0x341,
  sscratch: 0x140,
  pmpcfg0: 0x3a0,
  pmpaddr0: 0x3b0,
};

/** A random program of `length` instructions that runs in the given mode. */
export function randomProgram(seed: number, length: number, mode: ProgramMode): RandomProgram {
  const random = createRandom(seed);
  const memory = new Uint8Array(SIZE);
  const view = new DataView(memory.buffer);
  for (let at = DATA; at < DATA + DATA_PAGES * 4096; at += 8) {
    view.setBigUint64(at, random.bits64(), true);
  }
  writeRegisterTable(view, random);
  if (mode !== 'machine') writePageTables(view, random, mode);
  const trap = handler();
  const words = [
    asm('jal', { imm: 4 + trap.length * 4 }),
    ...trap,
    ...prologue(mode),
    ...enter(mode),
  ];
  let at = place(view, 0, words);
  if (at > CODE) throw new Error(`randomProgram: prologue of ${at} bytes`);
  at = CODE;
  for (const word of body(random, length, mode)) {
    if ((word & 3) === 3) view.setUint32(at, word >>> 0, true);
    else view.setUint16(at, word, true);
    at += (word & 3) === 3 ? 4 : 2;
  }
  at = place(view, at, [asm('ecall')]);
  return { bytes: memory, entry: BASE, length };
}

function place(view: DataView, at: number, words: readonly number[]): number {
  let next = at;
  for (const word of words) {
    view.setUint32(next, word, true);
    next += 4;
  }
  return next;
}

/** Values that meet edges often: small, all ones, powers of two, floats. */
function value(random: Random): bigint {
  const bits = random.bits64();
  const shift = BigInt(random.below(64));
  return random.pick([
    bits,
    BigInt.asUintN(64, -(bits >> shift)),
    bits >> shift,
    1n << shift,
    0n,
    (1n << 64n) - 1n,
    0xffff_ffff_0000_0000n | (bits & 0xffff_ffffn),
  ]);
}

function writeRegisterTable(view: DataView, random: Random): void {
  for (let i = 0; i < 64; i++) view.setBigUint64(REGISTERS + 8 * i, value(random), true);
  BASES.forEach((register, i) => {
    const edge = random.pick([0, 2048, 4096 - 8]) + (ALIGNED_BASES.includes(register) ? 0 : 2);
    const address = BASE + DATA + i * 4096 + (register === 2 ? 64 : edge);
    view.setBigUint64(REGISTERS + 8 * register, BigInt(address), true);
  });
}

/** Sv39, identity mapped: 4 KiB pages for everything, data pages with random permissions. */
function writePageTables(view: DataView, random: Random, mode: ProgramMode): void {
  const entry = (page: number, flags: number) =>
    (BigInt((BASE + page * 4096) / 4096) << 10n) | BigInt(flags);
  const [V, R, W, X, U, A, D] = [1, 2, 4, 8, 16, 64, 128];
  const user = mode === 'user' ? U : 0;
  const root = TABLES / 4096;
  view.setBigUint64(TABLES + 2 * 8, entry(root + 1, V), true);
  view.setBigUint64(TABLES + 4096, entry(root + 2, V), true);
  for (let page = 0; page < SIZE / 4096; page++) {
    const isData = page >= DATA / 4096 && page < DATA / 4096 + DATA_PAGES;
    const flags = isData
      ? random.pick([R | W, R | W, R, X, 0, W, R | W | X, R | W]) |
        V |
        random.pick([user, user, user, user ^ U]) |
        random.pick([A | D, A | D, A, 0])
      : V | R | X | user | A;
    view.setBigUint64(TABLES + 2 * 4096 + page * 8, entry(page, flags), true);
  }
}

/** At 0x8000_0004: steps over the trapping instruction, or ends at the final ecall. */
function handler(): number[] {
  return [
    asm('csrrs', { rd: 31, imm: csrOperand(CSR.mepc) }),
    asm('lhu', { rd: 29, rs1: 31, imm: 0 }),
    asm('addi', { rd: 29, rs1: 29, imm: -0x73 }),
    asm('bne', { rs1: 29, rs2: 0, imm: 20 }),
    asm('lui', { rd: 29, imm: 0x100000 }),
    asm('lui', { rd: 30, imm: 0x5000 }),
    asm('addi', { rd: 30, rs1: 30, imm: 0x555 }),
    asm('sw', { rs1: 29, rs2: 30, imm: 0 }),
    asm('addi', { rd: 29, rs1: 29, imm: 0x73 }),
    asm('andi', { rd: 29, rs1: 29, imm: 3 }),
    asm('addi', { rd: 29, rs1: 29, imm: -3 }),
    asm('beq', { rs1: 29, rs2: 0, imm: 8 }),
    asm('addi', { rd: 31, rs1: 31, imm: -2 }),
    asm('addi', { rd: 31, rs1: 31, imm: 4 }),
    asm('csrrw', { rs1: 31, imm: csrOperand(CSR.mepc) }),
    asm('mret'),
  ];
}

function prologue(mode: ProgramMode): number[] {
  const words = [
    // x29 is 0x8000_0000; the handler stands one instruction behind
    asm('lui', { rd: 29, imm: -0x80000000 }),
    asm('slli', { rd: 29, rs1: 29, imm: 32 }),
    asm('srli', { rd: 29, rs1: 29, imm: 32 }),
    asm('addi', { rd: 31, rs1: 29, imm: 4 }),
    asm('csrrw', { rs1: 31, imm: csrOperand(CSR.mtvec) }),
    // all of memory to every mode (PMP entry 0: NAPOT over everything)
    asm('addi', { rd: 31, rs1: 0, imm: -1 }),
    asm('srli', { rd: 31, rs1: 31, imm: 10 }),
    asm('csrrw', { rs1: 31, imm: csrOperand(CSR.pmpaddr0) }),
    asm('addi', { rd: 31, rs1: 0, imm: 0x1f }),
    asm('csrrw', { rs1: 31, imm: csrOperand(CSR.pmpcfg0) }),
    // floating point on (FS dirty), previous privilege of mret
    asm('lui', { rd: 31, imm: 0x6000 }),
    asm('csrrs', { rs1: 31, imm: csrOperand(CSR.mstatus) }),
  ];
  if (mode === 'supervisor') {
    words.push(
      asm('lui', { rd: 31, imm: 0x1000 }),
      asm('srli', { rd: 31, rs1: 31, imm: 1 }),
      asm('csrrs', { rs1: 31, imm: csrOperand(CSR.mstatus) }),
    );
  }
  if (mode !== 'machine') {
    words.push(
      asm('addi', { rd: 31, rs1: 0, imm: 8 }),
      asm('slli', { rd: 31, rs1: 31, imm: 60 }),
      asm('lui', { rd: 30, imm: TABLES }),
      asm('add', { rd: 30, rs1: 30, rs2: 29 }),
      asm('srli', { rd: 30, rs1: 30, imm: 12 }),
      asm('or', { rd: 31, rs1: 31, rs2: 30 }),
      asm('csrrw', { rs1: 31, imm: csrOperand(CSR.satp) }),
    );
  }
  return words;
}

/** Loads all registers from the table and goes to the body; x29 holds 0x8000_0000. */
function enter(mode: ProgramMode): number[] {
  const words = [
    asm('lui', { rd: 31, imm: REGISTERS }),
    asm('add', { rd: 31, rs1: 31, rs2: 29 }),
    ...Array.from({ length: 32 }, (_, i) => asm('fld', { rd: i, rs1: 31, imm: 256 + 8 * i })),
    asm('lui', { rd: 30, imm: CODE }),
    asm('add', { rd: 30, rs1: 30, rs2: 29 }),
    asm('csrrw', { rs1: 30, imm: csrOperand(CSR.mepc) }),
  ];
  for (let i = 1; i < 31; i++) {
    if (i !== 29) words.push(asm('ld', { rd: i, rs1: 31, imm: 8 * i }));
  }
  if (mode === 'machine') {
    words.push(
      // both bits of MPP at once: 2 is reserved
      asm('lui', { rd: 29, imm: 0x2000 }),
      asm('addi', { rd: 29, rs1: 29, imm: -0x800 }),
      asm('csrrs', { rs1: 29, imm: csrOperand(CSR.mstatus) }),
    );
  }
  words.push(asm('mret'));
  return words;
}

const excluded = new Set(['mret', 'sret', 'wfi', 'ecall', 'jalr', 'fence.i', 'ebreak']);
// QEMU models a reservation by the value that was loaded, so that whether SC succeeds may differ
for (const name of ['sc.w', 'sc.d']) excluded.add(name);
const candidates = rows.filter((row) => !excluded.has(row.name) && !row.name.startsWith('csr'));
/** the handler takes any trapping SYSTEM instruction for the end */
const userCandidates = candidates.filter((row) => row.name !== 'sfence.vma');

/** Words of the body; branches skip a few instructions that follow. */
function body(random: Random, length: number, mode: ProgramMode): number[] {
  const words: number[] = [];
  const jumps: number[] = [];
  for (let i = 0; i < length; i++) {
    const kind = random.below(20);
    const candidate = random.pick(mode === 'user' ? userCandidates : candidates);
    if (kind === 0) words.push(garbage(random));
    else if (kind === 1) words.push(csrAccess(random, mode));
    else if (kind < 6) words.push(compressed(random));
    else if (candidate.flow !== undefined) {
      jumps.push(words.length);
      words.push(instruction(random, candidate));
    } else words.push(instruction(random, candidate));
  }
  for (const at of jumps) words[at] = retarget(words, at, random);
  return words;
}

function instruction(random: Random, row: Row): number {
  const isFloat = (which: 'rd' | 'rs1' | 'rs2') => row.float?.includes(which) === true;
  const target = () => {
    for (;;) {
      const register = random.below(32);
      if (!RESERVED.has(register)) return register;
    }
  };
  const addresses = row.assembly.includes('(rs1)');
  // what misaligned atomics do is judged by the tests of the rows
  const atomic = row.section.startsWith('Unprivileged 14');
  const bases = atomic ? ALIGNED_BASES : BASES;
  const rs1 = addresses ? random.pick(bases) : random.below(29);
  const rd = isFloat('rd') ? random.below(32) : target();
  return asm(row.name, { rd, rs1, rs2: random.below(29), imm: immediate(random, row) });
}

function immediate(random: Random, row: Row): number {
  switch (row.format) {
    case 'I':
    case 'S':
      return random.pick([0, 1, 8, -8, -1, random.below(4096) - 2048]);
    case 'shift64':
      return random.below(64);
    case 'shift32':
      return random.below(32);
    case 'U':
      return random.below(1 << 20) * 4096 - 2 ** 31;
    case 'R4':
      return random.pick([0, 1, 2, 3, 4, 7, 5]) | (random.below(32) << 3);
    case 'Rrm':
    case 'R1rm':
      return random.pick([0, 1, 2, 3, 4, 7, 7, 6]);
    default:
      return 4;
  }
}

/** Makes a branch or jump go over one to five of the instructions after it. */
function retarget(words: readonly number[], at: number, random: Random): number {
  const over = words.slice(at + 1, at + 1 + random.below(5));
  const bytes = 4 + over.reduce((sum, word) => sum + ((word & 3) === 3 ? 4 : 2), 0);
  const { row, operands } = decode(words[at]!)!;
  return asm(row.name, { ...operands, imm: bytes });
}

function csrAccess(random: Random, mode: ProgramMode): number {
  const everywhere = [CSR.fflags, CSR.frm, CSR.fcsr];
  // not sepc and mepc: QEMU 7.2 lets their lowest bit be set
  const supervisor = [...everywhere, CSR.sscratch];
  const machine = [...supervisor, CSR.mscratch];
  const number = random.pick({ user: everywhere, supervisor, machine }[mode]);
  const name = random.pick(['csrrw', 'csrrs', 'csrrc', 'csrrwi', 'csrrsi', 'csrrci']);
  const rd = random.pick([0, 5, 6, 7, 10, 11]);
  return asm(name, { rd, rs1: random.below(24), imm: csrOperand(number, random.below(32)) });
}

/** A 16-bit instruction that neither jumps nor writes a reserved register. */
function compressed(random: Random): number {
  for (;;) {
    const word = random.below(0x1_0000);
    if ((word & 3) === 3) continue;
    const decoded = decode(word);
    if (decoded === undefined || decoded.row.flow !== undefined) continue;
    if (decoded.row.name === 'ebreak' || decoded.row.name === 'jalr') continue;
    const writesFloat = decoded.row.float?.includes('rd') === true;
    const memory = decoded.row.assembly.includes('(rs1)');
    if (!writesFloat && RESERVED.has(decoded.operands.rd)) continue;
    if (memory && decoded.operands.rs1 !== 2) continue;
    return word;
  }
}

/** A 32-bit word that is no instruction of ours and stays out of the custom and vector opcodes. */
function garbage(random: Random): number {
  for (;;) {
    const opcode = random.pick([0x03, 0x13, 0x33, 0x3b, 0x1b, 0x2f, 0x63, 0x23]);
    const word = ((random.below(2 ** 25) << 7) | opcode) >>> 0;
    if (decode(word) === undefined) return word;
  }
}
