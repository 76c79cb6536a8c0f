import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openKernel } from '../bundled.ts';
import { sequenceArbitrary } from '../generate.ts';
import { runSequence } from '../run/run-sequence.ts';
import type { Observation } from './api.ts';
import { createObserver } from './observer.ts';

/** Every fifth observation is held against a reading of everything; sequences return to snapshots often. */
const COMPARED = 5;

/** All that an observation says, without the order that history gives to lists. */
function told(observed: Observation) {
  const pages: string[] = [];
  for (let page = observed.firstPpn; page < observed.endPpn; page++) {
    const owners = observed.ownersOf(page).length;
    pages.push(`${observed.classOf(page)} ${owners} ${observed.isFree(page)}`);
  }
  return {
    freelist: observed.freelist,
    pipes: [...observed.pipes].sort(),
    processes: observed.processes.map((p) => ({ ...p, tables: [...p.tables].sort() })),
    pages: pages.join(),
    conflicts: observed.conflicts,
  };
}

// A mutant's sequences end early, so there are more of them.
test.each([
  { kernel: 'cow', numRuns: 3 },
  { kernel: 'mutant:child-keeps-write', numRuns: 10 },
])(
  '$kernel: random sequences are read alike, step by step and whole',
  async ({ kernel, numRuns }) => {
    const session = await openKernel(kernel);
    const { observer, guest } = session;
    const whole = createObserver(guest.layout, guest.machine.memory);
    whole.observe();
    const observe = observer.observe;
    let observations = 0;
    let compared = 0;
    observer.observe = () => {
      const observed = observe();
      if (observations++ % COMPARED === 0) {
        compared++;
        expect(told(observed)).toEqual(told(whole.reread()));
      }
      return observed;
    };
    for (const sequence of fc.sample(sequenceArbitrary(), { numRuns, seed: 5 })) {
      runSequence(session, sequence);
    }
    expect(compared).toBeGreaterThan(1);
    session.dispose();
  },
);
