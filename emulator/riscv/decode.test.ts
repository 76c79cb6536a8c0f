import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asm, csrOperand } from './assemble.ts';
import { decode } from './decode.ts';
import { disassemble } from './disassemble.ts';
import { type FormatName, formats } from './formats.ts';
import { patternBits } from './row.ts';
import { compressedRows, rows } from './rows/index.ts';

describe('patterns', () => {
  test('have 32 bits, or 16, and the length that their lowest bits say', () => {
    for (const { name, pattern } of rows) {
      expect([name, patternBits(pattern).length]).toEqual([name, 32]);
      expect([name, patternBits(pattern).value & 3]).toEqual([name, 3]);
    }
    for (const { name, pattern } of compressedRows) {
      expect([name, patternBits(pattern).length]).toEqual([name, 16]);
      expect([name, patternBits(pattern).value & 3]).not.toEqual([name, 3]);
    }
  });

  test('no word matches two instructions', () => {
    const all = rows.map(({ name, pattern }) => ({ name, ...patternBits(pattern) }));
    const overlaps = all.flatMap((a, i) =>
      all
        .slice(i + 1)
        .filter((b) => ((a.value ^ b.value) & a.mask & b.mask) === 0)
        .map((b) => `${a.name} ${b.name}`),
    );
    expect(overlaps).toEqual([]);
  });

  test('names are used once', () => {
    const names = [...rows, ...compressedRows].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

const immediates: Partial<Record<FormatName, fc.Arbitrary<number>>> = {
  I: fc.integer({ min: -2048, max: 2047 }),
  S: fc.integer({ min: -2048, max: 2047 }),
  B: fc.integer({ min: -2048, max: 2047 }).map((n) => n * 2),
  J: fc.integer({ min: -0x80000, max: 0x7ffff }).map((n) => n * 2),
  U: fc.integer({ min: -0x80000, max: 0x7ffff }).map((n) => n * 4096),
  shift64: fc.nat(63),
  shift32: fc.nat(31),
  R4: fc.tuple(fc.nat(31), fc.nat(7)).map(([rs3, rm]) => (rs3 << 3) | rm),
  Rrm: fc.nat(7),
  R1rm: fc.nat(7),
  csri: fc.tuple(fc.nat(4095), fc.nat(31)).map(([csr, uimm]) => csrOperand(csr, uimm)),
};

describe('decode', () => {
  test.each(rows.map((row) => [row.name, row] as const))('%s: what was encoded', (name, row) => {
    const register = fc.nat(31);
    const imm = immediates[row.format] ?? fc.constant(0);
    fc.assert(
      fc.property(register, register, register, imm, fc.nat(4095), (rd, rs1, rs2, value, csr) => {
        const operands = {
          rd,
          rs1,
          rs2,
          imm: row.format === 'csr' ? csrOperand(csr, rs1) : value,
        };
        const word = asm(name, operands);
        const found = decode(word);
        expect(found?.row.name).toBe(name);
        // operands that the format does not have read as 0, and encode to the same word again
        expect(asm(name, found!.operands)).toBe(word);
        const kept = formats[row.format].decode(word);
        for (const field of ['rd', 'rs1', 'rs2', 'imm'] as const) {
          if (kept[field] !== 0) expect(kept[field]).toBe(operands[field]);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('all 16-bit words: a 32-bit instruction of the rows, or nothing', () => {
    let known = 0;
    const wrong: string[] = [];
    for (let word = 0; word < 0x10000; word++) {
      const found = (word & 3) === 3 ? undefined : decode(word);
      if (!found) continue;
      known++;
      const again = decode(asm(found.row.name, found.operands))?.operands;
      const { rd, rs1, rs2, imm } = found.operands;
      const same = again?.rd === rd && again.rs1 === rs1 && again.rs2 === rs2 && again.imm === imm;
      if (found.length !== 2 || !same) wrong.push(`0x${word.toString(16)}`);
    }
    expect(wrong).toEqual([]);
    // 49152 words; RVC leaves few reserved: funct3 100 of quadrant 0, and some single encodings
    expect(known).toBeGreaterThan(44_000);
  });

  // The manual's reserved and illegal encodings (28.8 and the notes of the instructions).
  test.each([
    ['all zeros', 0x0000],
    ['c.addi4spn with 0', 0x0004],
    ['funct3 100 of quadrant 0', 0x8000],
    ['c.addiw to x0', 0x2001],
    ['c.addi16sp with 0', 0x6101],
    ['c.lui with 0', 0x6081],
    ['c.subw group, funct 10', 0x9c41],
    ['c.lwsp to x0', 0x4002],
    ['c.ldsp to x0', 0x6002],
    ['c.jr of x0', 0x8002],
    ['all ones', 0xffff_ffff],
    ['slli with shamt 64', 0x0400_9013 | (1 << 26)],
    ['lr.w with rs2', 0x1012_a2af | (1 << 20)],
  ])('%s is illegal', (_, word) => {
    expect(decode(word)).toBeUndefined();
  });

  // Words from assemblers' listings, written down by hand.
  test.each([
    [0x0000_1141, 'addi sp, sp, -16'],
    [0x0000_e406, 'sd ra, 8(sp)'],
    [0x0000_6422, 'ld s0, 8(sp)'],
    [0x0000_8082, 'jalr zero, 0(ra)'],
    [0x0000_7179, 'addi sp, sp, -48'],
    [0x0000_a001, 'jal zero, 0x1000'],
    [0x0000_85aa, 'add a1, zero, a0'],
    [0x0000_9002, 'ebreak'],
    [0x0000_4501, 'addi a0, zero, 0'],
    [0x0000_4388, 'lw a0, 0(a5)'],
    [0x0000_c398, 'sw a4, 0(a5)'],
    [0x0000_cf99, 'beq a5, zero, 0x101e'],
    [0x0000_8d7d, 'and a0, a0, a5'],
    [0x0000_9d3d, 'addw a0, a0, a5'],
    [0x0000_2781, 'addiw a5, a5, 0'],
    [0x0000_07fe, 'slli a5, a5, 31'],
    [0x00a5_0513, 'addi a0, a0, 10'],
    [0xfe05_18e3, 'bne a0, zero, 0xff0'],
    [0x0cf7_262f, 'amoswap.w a2, a5, (a4)'],
    [0x3420_25f3, 'csrrs a1, mcause, zero'],
    [0x3006_d073, 'csrrwi zero, mstatus, 13'],
    [0x1200_0073, 'sfence.vma zero, zero'],
    [0x0000_0517, 'auipc a0, 0x0'],
    [0x0000_0000, '.half 0x0000'],
    [0xffff_ffff, '.word 0xffffffff'],
  ])('0x%s reads %s', (word, text) => {
    const names: Record<number, string> = { 768: 'mstatus', 834: 'mcause' };
    expect(disassemble(word, 0x1000n, (number) => names[number])).toBe(text);
  });
});

describe('asm', () => {
  test.each([
    ['addi', { imm: 2048 }],
    ['beq', { imm: 3 }],
    ['beq', { imm: 4096 }],
    ['jal', { imm: 0x100000 }],
    ['lui', { imm: 4097 }],
    ['slliw', { imm: 32 }],
    ['add', { rd: 32 }],
    ['nonsense', {}],
  ])('%s refuses %j', (name, operands) => {
    expect(() => asm(name, operands)).toThrow(RangeError);
  });
});
