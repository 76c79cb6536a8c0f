import { describe, expect, test } from 'vitest';
import { asm } from '../riscv/assemble.ts';
import { rows } from '../riscv/rows/index.ts';
import { bare, CODE, DATA } from './testing/bare.ts';

/**
 * Expectations written from the manual in BigInt arithmetic, apart from the rows: a wrong row must not
 * agree with itself.
 */
const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const s64 = (value: bigint): bigint => BigInt.asIntN(64, value);
const s32 = (value: bigint): bigint => BigInt.asIntN(32, value);
const u32 = (value: bigint): bigint => BigInt.asUintN(32, value);

const EDGES = [
  0n,
  1n,
  2n,
  5n,
  31n,
  32n,
  63n,
  64n,
  0x7fn,
  0x80n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x1234_5678_9abc_def0n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffff_8000_0000n,
  0xffff_ffff_ffff_fffbn,
  0xffff_ffff_ffff_ffffn,
];
const IMMEDIATES = [0, 1, -1, 2, 5, -5, 127, -128, 2047, -2048];

type Binary = (a: bigint, b: bigint) => bigint;
const flag = (condition: boolean): bigint => (condition ? 1n : 0n);

/** Truncating division with the manual's results for 0 and overflow. */
const divide = (a: bigint, b: bigint): bigint => (b === 0n ? -1n : a / b);
const remainder = (a: bigint, b: bigint): bigint => (b === 0n ? a : a % b);

const register: Record<string, Binary> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  sll: (a, b) => a << (b & 63n),
  slt: (a, b) => flag(s64(a) < s64(b)),
  sltu: (a, b) => flag(a < b),
  xor: (a, b) => a ^ b,
  srl: (a, b) => a >> (b & 63n),
  sra: (a, b) => s64(a) >> (b & 63n),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  addw: (a, b) => s32(a + b),
  subw: (a, b) => s32(a - b),
  sllw: (a, b) => s32(a << (b & 31n)),
  srlw: (a, b) => s32(u32(a) >> (b & 31n)),
  sraw: (a, b) => s32(a) >> (b & 31n),
  mul: (a, b) => a * b,
  mulh: (a, b) => (s64(a) * s64(b)) >> 64n,
  mulhsu: (a, b) => (s64(a) * b) >> 64n,
  mulhu: (a, b) => (a * b) >> 64n,
  div: (a, b) => divide(s64(a), s64(b)),
  divu: (a, b) => divide(a, b),
  rem: (a, b) => remainder(s64(a), s64(b)),
  remu: (a, b) => remainder(a, b),
  mulw: (a, b) => s32(a * b),
  divw: (a, b) => s32(divide(s32(a), s32(b))),
  divuw: (a, b) => s32(divide(u32(a), u32(b))),
  remw: (a, b) => s32(remainder(s32(a), s32(b))),
  remuw: (a, b) => s32(remainder(u32(a), u32(b))),
};

const immediate: Record<string, Binary> = {
  addi: (a, b) => a + b,
  slti: (a, b) => flag(s64(a) < b),
  sltiu: (a, b) => flag(a < u64(b)),
  xori: (a, b) => a ^ u64(b),
  ori: (a, b) => a | u64(b),
  andi: (a, b) => a & u64(b),
  addiw: (a, b) => s32(a + b),
};

const shifts: Record<string, Binary> = {
  slli: (a, b) => a << b,
  srli: (a, b) => a >> b,
  srai: (a, b) => s64(a) >> b,
  slliw: (a, b) => s32(a << b),
  srliw: (a, b) => s32(u32(a) >> b),
  sraiw: (a, b) => s32(a) >> b,
};

const branches: Record<string, (a: bigint, b: bigint) => boolean> = {
  beq: (a, b) => a === b,
  bne: (a, b) => a !== b,
  blt: (a, b) => s64(a) < s64(b),
  bge: (a, b) => s64(a) >= s64(b),
  bltu: (a, b) => a < b,
  bgeu: (a, b) => a >= b,
};

const loads: Record<string, { bytes: number; signed: boolean }> = {
  lb: { bytes: 1, signed: true },
  lh: { bytes: 2, signed: true },
  lw: { bytes: 4, signed: true },
  ld: { bytes: 8, signed: true },
  lbu: { bytes: 1, signed: false },
  lhu: { bytes: 2, signed: false },
  lwu: { bytes: 4, signed: false },
};
const stores: Record<string, number> = { sb: 1, sh: 2, sw: 4, sd: 8 };

const atomics: Record<string, (old: bigint, value: bigint, bits: number) => bigint> = {
  amoswap: (_, b) => b,
  amoadd: (a, b) => a + b,
  amoxor: (a, b) => a ^ b,
  amoand: (a, b) => a & b,
  amoor: (a, b) => a | b,
  amomin: (a, b, n) => (BigInt.asIntN(n, a) < BigInt.asIntN(n, b) ? a : b),
  amomax: (a, b, n) => (BigInt.asIntN(n, a) > BigInt.asIntN(n, b) ? a : b),
  amominu: (a, b, n) => (BigInt.asUintN(n, a) < BigInt.asUintN(n, b) ? a : b),
  amomaxu: (a, b, n) => (BigInt.asUintN(n, a) > BigInt.asUintN(n, b) ? a : b),
};

const { machine, hart, execute, longs, step, words } = bare();
const [rd, rs1, rs2] = [10, 11, 12];
const pairs = EDGES.flatMap((a) => EDGES.map((b) => [a, b] as const));

describe('computation', () => {
  test.each(Object.keys(register))('%s', (name) => {
    words(CODE, asm(name, { rd, rs1, rs2 }));
    for (const [a, b] of pairs) {
      hart.setX(rs1, a);
      hart.setX(rs2, b);
      step(BigInt(CODE));
      expect([a, b, hart.x(rd)]).toEqual([a, b, u64(register[name]!(a, b))]);
    }
  });

  test.each(Object.keys(immediate))('%s', (name) => {
    for (const imm of IMMEDIATES) {
      for (const a of EDGES) {
        execute(asm(name, { rd, rs1, imm }), { [rs1]: a });
        expect([a, imm, hart.x(rd)]).toEqual([a, imm, u64(immediate[name]!(a, BigInt(imm)))]);
      }
    }
  });

  test.each(Object.keys(shifts))('%s', (name) => {
    const most = name.endsWith('w') ? 31 : 63;
    for (const imm of [0, 1, 7, 31, 32, 63].filter((amount) => amount <= most)) {
      for (const a of EDGES) {
        execute(asm(name, { rd, rs1, imm }), { [rs1]: a });
        expect([a, imm, hart.x(rd)]).toEqual([a, imm, u64(shifts[name]!(a, BigInt(imm)))]);
      }
    }
  });

  test('rd may be a source', () => {
    for (const name of ['add', 'mulh', 'div', 'sltu', 'remw']) {
      for (const [a, b] of pairs.slice(0, 40)) {
        execute(asm(name, { rd: rs1, rs1, rs2 }), { [rs1]: a, [rs2]: b });
        expect(hart.x(rs1)).toBe(u64(register[name]!(a, b)));
      }
    }
  });

  test('x0 stays 0', () => {
    execute(asm('addi', { rd: 0, rs1, imm: 5 }), { [rs1]: 7n });
    execute(asm('add', { rd, rs1: 0, rs2: 0 }));
    expect([hart.x(0), hart.x(rd)]).toEqual([0n, 0n]);
  });

  test.each([0, 0x7ffff000, -0x80000000, 0x12345000])('lui and auipc %i', (imm) => {
    execute(asm('lui', { rd, imm }));
    expect(hart.x(rd)).toBe(u64(BigInt(imm)));
    execute(asm('auipc', { rd, imm }));
    expect(hart.x(rd)).toBe(u64(BigInt(CODE + imm)));
  });
});

describe('control transfer', () => {
  test.each(Object.keys(branches))('%s', (name) => {
    for (const imm of [8, -8, 4094, -4096]) {
      words(CODE, asm(name, { rs1, rs2, imm }));
      for (const [a, b] of pairs) {
        hart.setX(rs1, a);
        hart.setX(rs2, b);
        step(BigInt(CODE));
        expect([a, b, hart.pc]).toEqual([a, b, BigInt(CODE + (branches[name]!(a, b) ? imm : 4))]);
      }
    }
  });

  test.each([4, -4, 2, 2046, -2048, 0xffffe, -0x100000])('jal %i', (imm) => {
    execute(asm('jal', { rd: 1, imm }));
    expect([hart.pc, hart.x(1)]).toEqual([u64(BigInt(CODE + imm)), BigInt(CODE + 4)]);
  });

  test('jalr clears bit 0, and reads rs1 before it writes rd', () => {
    execute(asm('jalr', { rd: 1, rs1: 1, imm: 6 }), { 1: BigInt(CODE + 0x101) });
    expect([hart.pc, hart.x(1)]).toEqual([BigInt(CODE + 0x106), BigInt(CODE + 4)]);
  });

  test('compressed jumps link to the next halfword', () => {
    execute(0x9582); // c.jalr a1
    expect(hart.x(1)).toBe(BigInt(CODE + 2));
  });
});

describe('memory', () => {
  const pattern = 0xfedc_ba98_7654_3210n;
  test.each(Object.keys(loads))('%s, aligned and misaligned', (name) => {
    const { bytes, signed } = loads[name]!;
    longs(DATA, pattern, ~pattern & 0xffff_ffff_ffff_ffffn);
    const all = pattern | (u64(~pattern) << 64n);
    for (let at = 0; at <= 8; at++) {
      execute(asm(name, { rd, rs1, imm: at - 3 }), { [rs1]: BigInt(DATA + 3) });
      const raw = BigInt.asUintN(bytes * 8, all >> BigInt(at * 8));
      const value = signed ? BigInt.asIntN(bytes * 8, raw) : raw;
      expect([at, hart.x(rd)]).toEqual([at, u64(value)]);
    }
  });

  test.each(Object.keys(stores))('%s, aligned and misaligned', (name) => {
    const bits = BigInt(stores[name]! * 8);
    for (let at = 0; at <= 8; at++) {
      longs(DATA, 0n, 0n);
      execute(asm(name, { rs1, rs2, imm: at }), { [rs1]: BigInt(DATA), [rs2]: pattern });
      const all = machine.memory.readU64(DATA) | (machine.memory.readU64(DATA + 8) << 64n);
      expect([at, all]).toEqual([at, BigInt.asUintN(Number(bits), pattern) << BigInt(at * 8)]);
    }
  });

  test('accesses across a page boundary, at every distance', () => {
    const boundary = DATA + 0x1000;
    for (let before = 1; before < 8; before++) {
      execute(asm('sd', { rs1, rs2, imm: 0 }), {
        [rs1]: BigInt(boundary - before),
        [rs2]: pattern,
      });
      execute(asm('ld', { rd, rs1, imm: 0 }));
      expect([before, hart.x(rd)]).toEqual([before, pattern]);
      const first = machine.memory.bytes().slice(boundary - before - 0x8000_0000)[0];
      expect(first).toBe(0x10);
    }
  });
});

describe('atomics', () => {
  const cases = Object.keys(atomics).flatMap((name) => [`${name}.w`, `${name}.d`]);
  test.each(cases)('%s', (name) => {
    const bits = name.endsWith('w') ? 32 : 64;
    const combine = atomics[name.slice(0, -2)]!;
    for (const [a, b] of pairs) {
      longs(DATA, a);
      execute(asm(name, { rd, rs1, rs2 }), { [rs1]: BigInt(DATA), [rs2]: b });
      const low = BigInt.asUintN(
        bits,
        combine(BigInt.asUintN(bits, a), BigInt.asUintN(bits, b), bits),
      );
      const rest = bits === 32 ? (a >> 32n) << 32n : 0n;
      expect([a, b, hart.x(rd)]).toEqual([a, b, u64(BigInt.asIntN(bits, a))]);
      expect([a, b, machine.memory.readU64(DATA)]).toEqual([a, b, rest | low]);
    }
  });

  test.each(['w', 'd'])('lr.%s and sc', (width) => {
    const bits = width === 'w' ? 32 : 64;
    longs(DATA, 0x8765_4321_8765_4321n);
    execute(asm(`sc.${width}`, { rd, rs1, rs2 }), { [rs1]: BigInt(DATA), [rs2]: 5n });
    expect(hart.x(rd)).toBe(1n);
    execute(asm(`lr.${width}`, { rd, rs1 }));
    expect(hart.x(rd)).toBe(u64(BigInt.asIntN(bits, 0x8765_4321_8765_4321n)));
    execute(asm(`sc.${width}`, { rd, rs1, rs2 }));
    expect(hart.x(rd)).toBe(0n);
    expect(BigInt.asUintN(bits, machine.memory.readU64(DATA))).toBe(5n);
    // the reservation was used up
    execute(asm(`sc.${width}`, { rd, rs1, rs2 }));
    expect(hart.x(rd)).toBe(1n);
  });

  test('sc fails at another address', () => {
    execute(asm('lr.d', { rd, rs1 }), { [rs1]: BigInt(DATA) });
    execute(asm('sc.d', { rd, rs1, rs2 }), { [rs1]: BigInt(DATA + 8) });
    expect(hart.x(rd)).toBe(1n);
  });
});

test('every row of I, M and A is tested here or with the traps', () => {
  const here = [register, immediate, shifts, branches, loads, stores].flatMap(Object.keys);
  const atomic = [...Object.keys(atomics), 'lr', 'sc'].flatMap((n) => [`${n}.w`, `${n}.d`]);
  const known = new Set([...here, ...atomic, 'lui', 'auipc', 'jal', 'jalr']);
  const privileged = new Set(['fence', 'fence.i', 'ecall', 'ebreak', 'mret', 'sret', 'wfi']);
  const missing = rows
    .map(({ name }) => name)
    .filter((name) => !known.has(name) && !privileged.has(name))
    .filter((name) => !name.startsWith('f') && !name.startsWith('csr') && name !== 'sfence.vma');
  expect(missing).toEqual([]);
});
