import { describe, expect, test } from 'vitest';
import { csrRows } from '../riscv/csrs.ts';
import { patternBits } from '../riscv/row.ts';
import { rows } from '../riscv/rows/index.ts';
import { createRandom } from '../testing/random.ts';
import { RAM_BASE } from './layout.ts';
import { bare } from './testing/bare.ts';

const RAM_BYTES = 2 ** 20;

/** Addresses that mean something often enough: RAM, devices, page tables, the far ends. */
function address(next: () => bigint): bigint {
  const value = next();
  switch (Number(value & 7n)) {
    case 0:
      return value;
    case 1:
      return 0x1000_0000n + (value >> 52n);
    case 2:
      return 0x0c00_0000n + (value >> 42n);
    case 3:
      return BigInt(RAM_BASE + RAM_BYTES) - (value >> 60n);
    default:
      return BigInt(RAM_BASE) + (value >> 44n);
  }
}

describe('a guest that executes garbage', () => {
  test.each([1, 2, 3])('seed %i: traps, and nothing else, in both tiers', (seed) => {
    const results = (['interpreter', 'translator'] as const).map((tier) => {
      const random = createRandom(seed);
      const long = () => BigInt(random.below(2 ** 32)) | (BigInt(random.below(2 ** 32)) << 32n);
      const { machine } = bare({ tier, harts: 2, memoryBytes: RAM_BYTES, quantumInsns: 50 });
      const words = new Uint32Array(RAM_BYTES / 4);
      for (let i = 0; i < words.length; i++) {
        // half of them valid instructions with random operands
        const { mask, value } = patternBits(rows[random.below(rows.length)]!.pattern);
        const bits = random.below(2 ** 32);
        words[i] = random.below(2) === 0 ? bits : value | (bits & ~mask);
      }
      machine.memory.write(RAM_BASE, new Uint8Array(words.buffer));
      for (let round = 0; round < 30; round++) {
        for (const hart of machine.harts) {
          for (let x = 1; x < 32; x++) hart.setX(x, address(long));
          for (const { name } of csrRows)
            if (random.below(4) === 0) hart.setCsr(name, address(long));
          hart.setCsr(
            'satp',
            (random.below(2) === 0 ? 8n << 60n : 0n) | (0x80000n + (long() & 255n)),
          );
          hart.pc = address(long);
          hart.privilege = ([0, 1, 3] as const)[random.below(3)]!;
        }
        machine.run(3000);
      }
      return machine.hash();
    });
    expect(results[0]).toBe(results[1]);
  });
});
