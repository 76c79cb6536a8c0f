import type { Machine } from '../emulator/machine/api.ts';
import type { Benchmark, Measurement } from './benchmark.ts';
import { booted } from './booted.ts';

const STEP_INSNS = 10_000;

/**
 * Seconds of the fastest of some batches, each of `count` calls: batches are short, so that some meet no
 * other process.
 */
function fastest(batches: number, count: number, work: (index: number) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let batch = 0; batch < batches; batch++) {
    const start = performance.now();
    for (let i = 0; i < count; i++) work(i);
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

function steps(machine: Machine): Measurement {
  // what a step does in a check: a system call's worth of kernel work after some input
  machine.type('ls\n');
  machine.run(STEP_INSNS);
  const base = machine.snapshot();
  const count = 100;
  const seconds = fastest(200, count, () => {
    machine.restore(base);
    machine.run(STEP_INSNS);
    machine.hash();
  });
  machine.release(base);
  const rate = count / seconds;
  return {
    name: 'restore, 10,000 instructions, hash',
    ours: `${((seconds / count) * 1e6).toFixed(1)} us`,
    figure: `${Math.round(rate).toLocaleString('en')} a second`,
    target: '50,000',
    met: rate >= 50_000,
  };
}

function fiftyPages(machine: Machine): Measurement {
  const base = machine.snapshot();
  const { memory } = machine;
  const bytes = new Uint8Array(8);
  const count = 50;
  let spent = Number.POSITIVE_INFINITY;
  for (let batch = 0; batch < 200; batch++) {
    let ms = 0;
    for (let i = 0; i < count; i++) {
      new DataView(bytes.buffer).setUint32(0, i + 1);
      for (let page = 0; page < 50; page++) {
        memory.write(memory.base + memory.sizeBytes / 2 + page * 0x9000 + 512, bytes);
      }
      const start = performance.now();
      const taken = machine.snapshot();
      machine.restore(base);
      ms += performance.now() - start;
      machine.release(taken);
    }
    spent = Math.min(spent, ms);
  }
  machine.release(base);
  const us = (spent / count) * 1000;
  return {
    name: 'snapshot and restore, 50 dirty pages',
    ours: `${us.toFixed(1)} us`,
    figure: `${us.toFixed(1)} us`,
    target: 'below 30 us',
    met: us < 30,
  };
}

export const snapshots: Benchmark = {
  name: 'snapshots',
  async run(subject) {
    const machine = booted(subject);
    const measurements = [steps(machine), fiftyPages(machine)];
    machine.dispose();
    return measurements;
  },
};
