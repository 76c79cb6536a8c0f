import { describe, expect, test } from 'vitest';
import { createReached, missingSituations, SOMETIMES, SOMETIMES_AFTER_STEPS } from './reached.ts';

describe('situations', () => {
  const all = Object.fromEntries(SOMETIMES.map((situation) => [situation, 1]));

  test('what was never reached is told once enough was run', () => {
    const { 'a process blocks': _, ...some } = all;
    expect(missingSituations(some, SOMETIMES_AFTER_STEPS, true)).toEqual(['a process blocks']);
    expect(missingSituations(some, SOMETIMES_AFTER_STEPS - 1, true)).toEqual([]);
    expect(missingSituations(all, SOMETIMES_AFTER_STEPS, true)).toEqual([]);
  });

  test('of a kernel that copies at fork no sharing is expected', () => {
    const rest: Record<string, number> = { ...all };
    for (const situation of Object.keys(all))
      if (situation.includes('shared')) delete rest[situation];
    expect(missingSituations(rest, SOMETIMES_AFTER_STEPS, true)).toHaveLength(3);
    expect(missingSituations(rest, SOMETIMES_AFTER_STEPS, false)).toEqual([]);
  });

  test('counts add up', () => {
    const reached = createReached();
    reached.count('fork');
    reached.add({ fork: 2, exit: 1 });
    expect(reached.all()).toEqual({ exit: 1, fork: 3 });
    expect(reached.get('wait')).toBe(0);
  });
});
