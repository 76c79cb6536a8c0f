import { expect, test } from 'vitest';
import type { LazySbrk } from '../../model/index.ts';
import { openKernel, runCampaign } from '../index.ts';

test.each<[string, LazySbrk]>([
  ['cow', 'never'],
  ['cow-lazy', 'asked'],
  ['cow-lazy-always', 'always'],
])('when pages come on %s: lazy %s', async (kernel, lazySbrk) => {
  const session = await openKernel(kernel);
  expect(session.profile.lazySbrk).toBe(lazySbrk);
  session.dispose();
});

test('a kernel whose sbrk is always lazy is right, and its memory runs out under pressure', async () => {
  const session = await openKernel('cow-lazy-always');
  const { failure, reached } = runCampaign(session, { seed: 5, runs: 60 });
  expect(failure?.violation.message).toBeUndefined();
  expect(reached.pressure).toBeGreaterThan(0);
  session.dispose();
});
