import { describe, expect, test } from 'vitest';
import { loopingProgram } from '../riscv/translator/testing/looping-program.ts';
import type { Machine, MachineOptions } from './api.ts';
import { createMachine } from './machine.ts';

/** A machine in the middle of a program with traps, timers, atomics and code that changes itself. */
function running(options: MachineOptions): Machine {
  const machine = createMachine({
    memoryBytes: 2 ** 20,
    quantumInsns: 70,
    translateAfter: 5,
    ...options,
  });
  const { bytes, entry } = loopingProgram(3, 'supervisor');
  const segment = { physicalAddress: 0x8000_0000, bytes, memorySizeBytes: bytes.length };
  machine.load({ entry, segments: [segment] });
  machine.run(30_000);
  return machine;
}

describe.each([
  { harts: 1, tlb: 'coherent' },
  { harts: 3, tlb: 'coherent', scheduleSeed: 9 },
  { harts: 2, tlb: 'strict' },
  { harts: 1, tlb: 'eager' },
] as const)('with %j', (options) => {
  test('what ran after a snapshot runs the same after returning to it', () => {
    const machine = running(options);
    const snapshot = machine.snapshot();
    const start = machine.hash();
    const course = [1, 999, 5000, 12_345].map((insns) => {
      machine.run(insns);
      return machine.hash();
    });
    for (let again = 0; again < 2; again++) {
      machine.restore(snapshot);
      expect(machine.hash()).toBe(start);
      for (const [i, insns] of [1, 999, 5000, 12_345].entries()) {
        machine.run(insns);
        expect([i, machine.hash()]).toEqual([i, course[i]]);
      }
    }
  });

  test('on another machine too, from a file', () => {
    const machine = running(options);
    const file = machine.save(machine.snapshot());
    machine.run(5000);
    const other = createMachine({
      memoryBytes: 2 ** 20,
      quantumInsns: 70,
      translateAfter: 5,
      ...options,
    });
    other.restore(other.loadSnapshot(file));
    other.run(5000);
    expect(other.hash()).toBe(machine.hash());
  });

  test('breakpoints and watches that continue change nothing', () => {
    const plain = running(options);
    const watched = running(options);
    let seen = 0;
    const onHit = () => {
      seen++;
      return 'continue' as const;
    };
    // wherever the harts are now, they will be again
    for (const { pc } of watched.harts) watched.addBreakpoint({ address: pc, onHit });
    watched.watches.onAccess = onHit;
    for (let page = 0; page < 64; page += 3) {
      watched.watches.set(0x8_0000 + page, { load: true, store: true, walk: true });
    }
    plain.run(20_000);
    watched.run(20_000);
    expect(watched.hash()).toBe(plain.hash());
    expect(seen).toBeGreaterThan(0);
  });
});
