import { expect, test } from 'vitest';
import { openKernel } from '../index.ts';
import { distinctFindings, survey } from './survey.ts';

const NOTHING_RANDOM = { seed: 1, runs: 0 };

test('a correct kernel: nothing found, and what operations cost', async () => {
  const session = await openKernel('cow');
  const { findings, costs, runs } = survey(session, NOTHING_RANDOM);
  session.dispose();
  expect([...findings.keys()]).toEqual([]);
  expect(runs).toBeGreaterThan(costs.size); // failing allocations are runs of their own, not metered
  const forks = [...costs.values()].flatMap((totals) => totals.get('fork') ?? []);
  expect(forks.length).toBeGreaterThan(5);
  for (const { times, pagesAllocated } of forks) expect(pagesAllocated).toBeGreaterThan(times);
});

test('a bug that one failing allocation shows: found without luck, by function, once', async () => {
  const session = await openKernel('mutant:exec-failure-leaks');
  const found = survey(session, NOTHING_RANDOM);
  session.dispose();
  const [leak, ...others] = distinctFindings(found);
  expect(others).toEqual([]);
  expect(leak?.cause).toEqual({ clause: 'conservation', role: 'lost', function: 'uvmalloc' });
  expect(leak?.shrunk.sequence.map(({ op }) => op)).toEqual(['fail-alloc', 'exec']);
});

test('asked to stop, it ends with what it has', async () => {
  const session = await openKernel('cow');
  let asked = 0;
  const found = survey(session, { ...NOTHING_RANDOM, goOn: () => ++asked < 3 });
  session.dispose();
  expect(found.runs).toBe(3);
});
