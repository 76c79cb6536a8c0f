import { expect, test } from 'vitest';
import { pace } from './pace.ts';

test('slices grow until they take a while, and shrink when they take long', () => {
  const speed = pace(true);
  const first = speed.slice;
  for (let i = 0; i < 20; i++) speed.ran(speed.slice, 0, 1);
  expect(speed.slice).toBeGreaterThan(10 * first);
  const big = speed.slice;
  speed.ran(speed.slice, 0, 50);
  expect(speed.slice).toBe(Math.floor(big / 2));
});

test('an idle guest rests with a person, and does not with a task', () => {
  expect(pace(true).ran(0, 0, 1)).toBe(9);
  expect(pace(false).ran(0, 100, 101)).toBe(0);
});

test('the event loop gets a turn every few milliseconds', () => {
  const speed = pace(false);
  expect(speed.ran(speed.slice, 100, 101)).toBe(0);
  expect(speed.ran(speed.slice, 101, 102)).toBeUndefined();
  expect(speed.ran(speed.slice, 102, 115)).toBe(0);
});
