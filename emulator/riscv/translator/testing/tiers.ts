import { expect } from 'vitest';
import { createMachine, type Machine } from '../../../index.ts';
import type { MachineOptions } from '../../../machine/api.ts';
import { loopingProgram } from './looping-program.ts';
import type { LoopingMode } from './looping-registers.ts';

const BASE = 0x8000_0000;

/** The same program on both tiers; hot after a few jumps. */
export interface Tiers {
  readonly slow: Machine;
  readonly fast: Machine;
}

export function startTiers(seed: number, mode: LoopingMode, options: MachineOptions): Tiers {
  const { bytes, entry } = loopingProgram(seed, mode);
  const start = (tier: 'interpreter' | 'translator'): Machine => {
    const machine = createMachine({ memoryBytes: 1 << 20, translateAfter: 5, tier, ...options });
    const segment = { physicalAddress: BASE, bytes, memorySizeBytes: bytes.length };
    machine.load({ entry, segments: [segment] });
    return machine;
  };
  return { slow: start('interpreter'), fast: start('translator') };
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
export function stateOf(machine: Machine): unknown {
  const harts = machine.harts.map((hart) => ({
    pc: hart.pc.toString(16),
    privilege: hart.privilege,
    x: Array.from({ length: 32 }, (_, i) => hart.x(i).toString(16)),
    csrs: CSRS.map((name) => `${name} ${hart.csr(name).toString(16)}`),
  }));
  return { harts, retired: machine.retired, mtime: machine.mtime, hash: machine.hash() };
}

/** Runs both on, and compares why they stopped and in which state. */
export function runTiers({ slow, fast }: Tiers, insns: number, what: string): void {
  expect(fast.run(insns), what).toEqual(slow.run(insns));
  expect(stateOf(fast), what).toEqual(stateOf(slow));
}
