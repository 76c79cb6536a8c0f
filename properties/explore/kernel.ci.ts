/** Exploration of real kernels within small bounds: correct ones are certified, seeded bugs found. */
import { afterEach, describe, expect, test } from 'vitest';
import { mutants } from '../../kernel/mutants.ts';
import { openKernel } from '../bundled.ts';
import type { Session } from '../run/session.ts';
import { MUTANT_BOUNDS } from './alphabet.ts';
import type { Exploration } from './breadth-first.ts';
import { coverage } from './coverage.ts';
import { exploreHere } from './explore-here.ts';

let session: Session | undefined;
afterEach(() => session?.dispose());

async function explore(
  kernel: string,
  bounds: { procs: number; pages: number; depth: number },
  copying = false,
): Promise<Exploration> {
  session = await openKernel(kernel, { copying });
  return exploreHere(session, bounds);
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

/** Those whose search ends within seconds; `cowcheck mutants --explore` runs all. */
const FAST = 2;
const single = mutants().filter(({ harts }) => harts === 1);

describe('seeded bugs are found by a shortest sequence, with the clause of their header', () => {
  const fast = single.flatMap(({ name, explored }) =>
    explored !== undefined && 'operations' in explored && explored.operations <= FAST
      ? [{ name, ...explored }]
      : [],
  );
  test('there are enough of them', () => expect(fast.length).toBeGreaterThan(30));
  test.each(fast)('$name: $clause after $operations', async ({ name, clause, operations }) => {
    const at = await explore(`mutant:${name}`, { ...MUTANT_BOUNDS, depth: operations + 1 });
    expect(at.violation?.violation.clause).toBe(clause);
    expect(at.violation?.path).toHaveLength(operations);
  });
});

describe('what two paths to one state of the model hide', () => {
  test('bytes that a pipe lost are seen by the next read', async () => {
    const at = await explore('mutant:piperead-loses-bytes', { procs: 2, pages: 1, depth: 3 });
    expect(at.violation?.path.map(({ operation }) => operation.op)).toEqual([
      'fork',
      'read',
      'read',
    ]);
  });
});
