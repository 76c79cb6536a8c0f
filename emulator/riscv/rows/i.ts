import { type Expr, i32, i64 } from '../../wasm/index.ts';
import type { FormatName } from '../formats.ts';
import type { Row } from '../row.ts';
import type { Sem, Size } from '../sem.ts';

/** Sign-extended low word of an i32: results of the word instructions. */
export const word = (value: Expr): Expr => i64.extendS(value);
const flag = (condition: Expr): Expr => i64.extendU(condition);

type Binary = (a: Expr, b: Expr) => Expr;

function register(name: string, f7: string, f3: string, section: string, value: Binary): Row {
  return {
    name,
    pattern: `${f7} ----- ----- ${f3} ----- 0110011`,
    format: 'R',
    assembly: 'rd, rs1, rs2',
    section,
    semantics: (s) => s.setRd(value(s.rs1, s.rs2)),
  };
}

function registerWord(name: string, f7: string, f3: string, value: Binary): Row {
  return {
    name,
    pattern: `${f7} ----- ----- ${f3} ----- 0111011`,
    format: 'R',
    assembly: 'rd, rs1, rs2',
    section: 'Unprivileged 4.2.2',
    semantics: (s) => s.setRd(word(value(i32.wrap(s.rs1), i32.wrap(s.rs2)))),
  };
}

function immediate(name: string, f3: string, value: Binary): Row {
  return {
    name,
    pattern: `------------ ----- ${f3} ----- 0010011`,
    format: 'I',
    assembly: 'rd, rs1, imm',
    section: 'Unprivileged 2.4.1',
    semantics: (s) => s.setRd(value(s.rs1, s.imm)),
  };
}

function shift(name: string, f6: string, f3: string, value: Binary): Row {
  return {
    name,
    pattern: `${f6} ------ ----- ${f3} ----- 0010011`,
    format: 'shift64',
    assembly: 'rd, rs1, imm',
    section: 'Unprivileged 4.2.1',
    semantics: (s) => s.setRd(value(s.rs1, s.imm)),
  };
}

function shiftWord(name: string, f7: string, f3: string, value: Binary): Row {
  return {
    name,
    pattern: `${f7} ----- ----- ${f3} ----- 0011011`,
    format: 'shift32',
    assembly: 'rd, rs1, imm',
    section: 'Unprivileged 4.2.1',
    semantics: (s) => s.setRd(word(value(i32.wrap(s.rs1), s.immLow))),
  };
}

function branch(name: string, f3: string, condition: Binary): Row {
  return {
    name,
    pattern: `------- ----- ----- ${f3} ----- 1100011`,
    format: 'B',
    assembly: 'rs1, rs2, target',
    section: 'Unprivileged 2.5.2',
    flow: 'branch',
    semantics: (s) => s.branch(condition(s.rs1, s.rs2)),
  };
}

function load(name: string, f3: string, size: Size, signed: boolean): Row {
  return {
    name,
    pattern: `------------ ----- ${f3} ----- 0000011`,
    format: 'I',
    assembly: 'rd, imm(rs1)',
    section: 'Unprivileged 2.6, 4.3',
    semantics: (s) => s.setRd(s.load(size, signed, i64.add(s.rs1, s.imm))),
  };
}

function store(name: string, f3: string, size: Size): Row {
  return {
    name,
    pattern: `------- ----- ----- ${f3} ----- 0100011`,
    format: 'S',
    assembly: 'rs2, imm(rs1)',
    section: 'Unprivileged 2.6, 4.3',
    semantics: (s) => s.store(size, i64.add(s.rs1, s.imm), s.rs2),
  };
}

function upper(name: string, opcode: string, value: (s: Sem) => Expr): Row {
  return {
    name,
    pattern: `-------------------- ----- ${opcode}`,
    format: 'U',
    assembly: 'rd, imm',
    section: 'Unprivileged 2.4.1',
    semantics: (s) => s.setRd(value(s)),
  };
}

function system(name: string, pattern: string, effect: (s: Sem) => void, format: FormatName): Row {
  return {
    name,
    pattern,
    format,
    assembly: '',
    section: 'Unprivileged 2.7, 2.8, 6.1',
    semantics: effect,
  };
}

const jal: Row = {
  name: 'jal',
  pattern: '-------------------- ----- 1101111',
  format: 'J',
  assembly: 'rd, target',
  section: 'Unprivileged 2.5.1',
  flow: 'jal',
  semantics: (s) => s.jumpRelative(),
};

const jalr: Row = {
  name: 'jalr',
  pattern: '------------ ----- 000 ----- 1100111',
  format: 'I',
  assembly: 'rd, imm(rs1)',
  section: 'Unprivileged 2.5.1',
  flow: 'jalr',
  semantics: (s) => s.jump(i64.and(i64.add(s.rs1, s.imm), -2)),
};

const addiw: Row = {
  name: 'addiw',
  pattern: '------------ ----- 000 ----- 0011011',
  format: 'I',
  assembly: 'rd, rs1, imm',
  section: 'Unprivileged 4.2.1',
  semantics: (s) => s.setRd(word(i32.add(i32.wrap(s.rs1), s.immLow))),
};

const R = 'Unprivileged 2.4.2, 4.2.2';

/** RV64I and Zifencei. */
export const rowsI: readonly Row[] = [
  upper('lui', '0110111', (s) => s.imm),
  upper('auipc', '0010111', (s) => i64.add(s.pc, s.imm)),
  jal,
  jalr,
  branch('beq', '000', i64.eq),
  branch('bne', '001', i64.ne),
  branch('blt', '100', i64.ltS),
  branch('bge', '101', i64.geS),
  branch('bltu', '110', i64.ltU),
  branch('bgeu', '111', i64.geU),
  load('lb', '000', 1, true),
  load('lh', '001', 2, true),
  load('lw', '010', 4, true),
  load('ld', '011', 8, true),
  load('lbu', '100', 1, false),
  load('lhu', '101', 2, false),
  load('lwu', '110', 4, false),
  store('sb', '000', 1),
  store('sh', '001', 2),
  store('sw', '010', 4),
  store('sd', '011', 8),
  immediate('addi', '000', i64.add),
  immediate('slti', '010', (a, b) => flag(i64.ltS(a, b))),
  immediate('sltiu', '011', (a, b) => flag(i64.ltU(a, b))),
  immediate('xori', '100', i64.xor),
  immediate('ori', '110', i64.or),
  immediate('andi', '111', i64.and),
  shift('slli', '000000', '001', i64.shl),
  shift('srli', '000000', '101', i64.shrU),
  shift('srai', '010000', '101', i64.shrS),
  register('add', '0000000', '000', R, i64.add),
  register('sub', '0100000', '000', R, i64.sub),
  register('sll', '0000000', '001', R, i64.shl),
  register('slt', '0000000', '010', R, (a, b) => flag(i64.ltS(a, b))),
  register('sltu', '0000000', '011', R, (a, b) => flag(i64.ltU(a, b))),
  register('xor', '0000000', '100', R, i64.xor),
  register('srl', '0000000', '101', R, i64.shrU),
  register('sra', '0100000', '101', R, i64.shrS),
  register('or', '0000000', '110', R, i64.or),
  register('and', '0000000', '111', R, i64.and),
  addiw,
  shiftWord('slliw', '0000000', '001', i32.shl),
  shiftWord('srliw', '0000000', '101', i32.shrU),
  shiftWord('sraiw', '0100000', '101', i32.shrS),
  registerWord('addw', '0000000', '000', i32.add),
  registerWord('subw', '0100000', '000', i32.sub),
  registerWord('sllw', '0000000', '001', i32.shl),
  registerWord('srlw', '0000000', '101', i32.shrU),
  registerWord('sraw', '0100000', '101', i32.shrS),
  // One hart runs at a time and memory is sequentially consistent: fences order nothing more.
  system('fence', '---- ---- ---- ----- 000 ----- 0001111', () => {}, 'none'),
  {
    ...system('fence.i', '------------ ----- 001 ----- 0001111', (s) => s.system('fenceI'), 'none'),
    flow: 'system',
  },
  {
    ...system('ecall', '000000000000 00000 000 00000 1110011', (s) => s.system('ecall'), 'none'),
    flow: 'system',
  },
  {
    ...system('ebreak', '000000000001 00000 000 00000 1110011', (s) => s.system('ebreak'), 'none'),
    flow: 'system',
  },
];
