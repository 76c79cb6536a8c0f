/** Exploration of real kernels within small bounds: correct ones are certified, seeded bugs found. */
import { afterEach, describe, expect, test } from 'vitest';
import { mutants } from '../../kernel/mutants.ts';
import { openKernel } from '../bundled.ts';
import type { Session } from '../run/session.ts';
import { breadthFirst, type Exploration, newExploration } from './breadth-first.ts';
import { coverage } from './coverage.ts';
import { expand, rootOf } from './expand.ts';

let session: Session | undefined;
afterEach(() => session?.dispose());

async function explore(
  kernel: string,
  bounds: { procs: number; pages: number; depth: number },
  copying = false,
): Promise<Exploration> {
  const opened = await openKernel(kernel, { copying });
  session = opened;
  const at = newExploration(bounds, true, rootOf(opened, bounds));
  await breadthFirst(at, {
    async expandAll(paths, onDone) {
      for (const [index, path] of paths.entries()) {
        onDone(index, expand(opened, bounds, path, true));
      }
    },
    now: () => 0,
    onProgress: () => true,
  });
  return at;
}

describe('correct kernels', () => {
  test.each([
    ['cow', false],
    ['cow-percpu', false],
    ['eager', true],
  ])('%s follows the model', async (kernel, copying) => {
    const at = await explore(kernel, { procs: 2, pages: 1, depth: 3 }, copying);
    expect(at.violation).toBeUndefined();
    expect(at.depths).toHaveLength(3);
    expect(at.visited.length).toBeGreaterThan(100);
    expect(at.operations['fork!']).toBeGreaterThan(10);
  });

  test('random operations meet some of what was explored, never more', async () => {
    const bounds = { procs: 2, pages: 1, depth: 2 };
    const at = await explore('cow', bounds);
    const { covered } = coverage(session!, bounds, at.visited, { seed: 1, steps: 200 });
    const met = Object.values(covered).reduce((sum, count) => sum + count, 0);
    expect(met).toBeGreaterThan(10);
    expect(met).toBeLessThanOrEqual(at.canonicalTransitions.size);
  });
});

/** Seeded bugs and the length of their shortest sequence over the explored operations. */
const SHORTEST: readonly [name: string, length: number][] = [
  ['unshare-drops-before-alloc', 2],
  ['exec-failure-leaks', 1],
];

test.each(SHORTEST)('%s is found by a shortest sequence of %i', async (name, length) => {
  const at = await explore(`mutant:${name}`, { procs: 2, pages: 1, depth: 3 });
  const header = mutants().find((mutant) => mutant.name === name)!;
  expect(header.clause.split(/[,\s]+/)).toContain(at.violation?.violation.clause);
  expect(at.violation?.path).toHaveLength(length);
});

test.each(['fork-no-increment', 'copyout-ignores-cow', 'parent-keeps-write'])(
  '%s is found before the first operation: init and its child share already',
  async (name) => {
    const at = await explore(`mutant:${name}`, { procs: 2, pages: 1, depth: 1 });
    const header = mutants().find((mutant) => mutant.name === name)!;
    expect(header.clause.split(/[,\s]+/)).toContain(at.violation?.violation.clause);
    expect(at.violation?.path).toEqual([]);
  },
);
