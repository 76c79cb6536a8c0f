import { describe, expect, test } from 'vitest';
import { createMachine, type Machine } from '../../index.ts';
import type { MachineOptions } from '../../machine/api.ts';
import { createRandom } from '../../testing/random.ts';
import { type LoopingMode, loopingProgram } from './testing/looping-program.ts';

const BASE = 0x8000_0000;

function start(seed: number, mode: LoopingMode, options: MachineOptions): Machine {
  const { bytes, entry } = loopingProgram(seed, mode);
  const machine = createMachine({ memoryBytes: 1 << 20, translateAfter: 5, ...options });
  const segment = { physicalAddress: BASE, bytes, memorySizeBytes: bytes.length };
  machine.load({ entry, segments: [segment] });
  return machine;
}

const CSRS = [
  'mstatus',
  'mepc',
  'mcause',
  'mtval',
  'mip',
  'sscratch',
  'satp',
  'minstret',
  'mcycle',
];

/** All that software could see, readable in a difference. */
function stateOf(machine: Machine): unknown {
  const harts = machine.harts.map((hart) => ({
    pc: hart.pc.toString(16),
    privilege: hart.privilege,
    x: Array.from({ length: 32 }, (_, i) => hart.x(i).toString(16)),
    csrs: CSRS.map((name) => `${name} ${hart.csr(name).toString(16)}`),
  }));
  return { harts, retired: machine.retired, mtime: machine.mtime, hash: machine.hash() };
}

/** Runs both tiers to the same instruction counts and compares them there. */
function compare(seed: number, mode: LoopingMode, options: MachineOptions, steps: number): void {
  const random = createRandom(seed + 1000);
  const slow = start(seed, mode, { ...options, tier: 'interpreter' });
  const fast = start(seed, mode, { ...options, tier: 'translator' });
  for (let i = 0; i < steps; i++) {
    const insns = random.pick([1, 7, 100, 3000, 20_000]) + random.below(5000);
    expect(fast.run(insns)).toEqual(slow.run(insns));
    expect(stateOf(fast), `seed ${seed}, step ${i}`).toEqual(stateOf(slow));
  }
  slow.dispose();
  fast.dispose();
}

const SEEDS = Array.from({ length: 8 }, (_, i) => i + 1);

describe.each<LoopingMode>(['machine', 'supervisor'])('in %s mode, as the interpreter', (mode) => {
  test.each(SEEDS)('1 hart, seed %i', (seed) => {
    compare(seed, mode, { harts: 1 }, 25);
  });

  test.each(SEEDS)('3 harts, seed %i', (seed) => {
    compare(seed, mode, { harts: 3, quantumInsns: 100 + seed * 50, scheduleSeed: seed % 3 }, 25);
  });
});

test.each(['strict', 'eager'] as const)('with the %s TLB', (tlb) => {
  for (const seed of [21, 22, 23]) compare(seed, 'supervisor', { tlb }, 15);
});
