import { describe, expect, test } from 'vitest';
import { asm } from '../assemble.ts';
import { decode } from '../decode.ts';
import { byteLoop } from './byte-loop.ts';
import { discover, type InsnReader } from './discover.ts';
import type { Block } from './region.ts';

const BASE = 0x8000_0000;

function reader(words: readonly number[]): InsnReader {
  return (pc) => {
    const word = words[(pc - BASE) / 4];
    const found = word === undefined ? undefined : decode(word);
    return found && { pc, row: found.row, operands: found.operands, length: found.length };
  };
}

/** The block at the start of this code. */
function blockOf(words: readonly number[]): Block {
  const region = discover(BASE, reader(words), { maxInsns: 50, maxDepth: 2 });
  if (!region) throw new Error('blockOf: no region');
  return region.entry;
}

const [a0, a1, a2, a5] = [10, 11, 12, 15];
const addi = (r: number, imm: number) => asm('addi', { rd: r, rs1: r, imm });
const back = (name: string, rs1: number, rs2: number, insns: number) =>
  asm(name, { rs1, rs2, imm: -4 * insns });

describe('loops that fill', () => {
  const sb = asm('sb', { rs1: a5, rs2: a1 });
  test('memset as compilers write it', () => {
    const loop = byteLoop(blockOf([sb, addi(a5, 1), back('bne', a5, a2, 2)]));
    expect(loop).toMatchObject({
      size: 1,
      step: 1,
      store: { base: a5, distance: 0 },
      load: undefined,
      repeat: { relation: 'ne', left: a5, right: a2, approach: 1 },
    });
  });

  test('the distance is that of the first round', () => {
    const after = byteLoop(
      blockOf([addi(a5, 1), asm('sb', { rs1: a5, rs2: 0, imm: -1 }), back('bltu', a5, a2, 2)]),
    );
    expect(after?.store.distance).toBe(0);
    expect(after?.repeat.relation).toBe('ltU');
  });

  test('words, downwards, counted', () => {
    const words = [
      asm('sd', { rs1: a5, rs2: 0, imm: -8 }),
      addi(a5, -8),
      addi(a2, -1),
      back('bne', a2, 0, 3),
    ];
    const loop = byteLoop(blockOf(words));
    expect(loop).toMatchObject({ size: 8, step: -8, repeat: { right: 0, approach: -1 } });
    expect(loop?.steps).toEqual(
      new Map([
        [a5, -8],
        [a2, -1],
      ]),
    );
  });

  test.each([
    ['the value changes', [asm('sb', { rs1: a5, rs2: a5 }), addi(a5, 1), back('bne', a5, a2, 2)]],
    ['bytes are skipped', [sb, addi(a5, 2), back('bne', a5, a2, 2)]],
    ['two stores', [sb, sb, addi(a5, 1), back('bne', a5, a2, 3)]],
    [
      'more is computed',
      [sb, addi(a5, 1), asm('add', { rd: a0, rs1: a5 }), back('bne', a5, a2, 3)],
    ],
    ['the bound flees', [sb, addi(a5, 1), addi(a2, 1), back('bne', a5, a2, 3)]],
    ['it counts away from a bound', [sb, addi(a5, 1), addi(a2, 2), back('blt', a5, a2, 3)]],
    ['it does not repeat', [sb, addi(a5, 1), asm('bne', { rs1: a5, rs2: a2, imm: 8 })]],
  ])('not when %s', (_, words) => {
    expect(byteLoop(blockOf(words))).toBeUndefined();
  });
});

describe('loops that copy', () => {
  const lbu = asm('lbu', { rd: a0, rs1: a1 });
  const sb = asm('sb', { rs1: a5, rs2: a0 });
  const steps = [addi(a1, 1), addi(a5, 1)];

  test('memmove as compilers write it', () => {
    const before = asm('sb', { rs1: a5, rs2: a0, imm: -1 });
    const loop = byteLoop(blockOf([lbu, ...steps, before, back('bne', a1, a2, 4)]));
    expect(loop).toMatchObject({ load: { base: a1, distance: 0 }, store: { distance: 0 } });
  });

  test.each([
    ['the store comes first', [sb, lbu, ...steps, back('bne', a1, a2, 4)]],
    ['the sides advance differently', [lbu, sb, addi(a1, 2), addi(a5, 1), back('bne', a1, a2, 4)]],
    [
      'another register is stored',
      [lbu, asm('sb', { rs1: a5, rs2: a2 }), ...steps, back('bne', a1, a2, 4)],
    ],
    ['the loaded value decides', [lbu, sb, ...steps, back('bne', a0, 0, 4)]],
    ['the sizes differ', [asm('lh', { rd: a0, rs1: a1 }), sb, ...steps, back('bne', a1, a2, 4)]],
  ])('not when %s', (_, words) => {
    expect(byteLoop(blockOf(words))).toBeUndefined();
  });
});
