import { expect, test } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { inProcess } from '../testing/in-process.ts';

const explore = (...args: string[]) =>
  inProcess([
    'explore',
    '--workers',
    '1',
    '--procs',
    '2',
    '--pages',
    '2',
    '--frames',
    '4',
    ...args,
  ]);

test('a correct model passes', async () => {
  const { code, out, err } = await explore('--model', 'cow');
  expect(code).toBe(EXIT.ok);
  expect(out).toMatch(
    /^model cow: 715 states, .* digest [0-9a-f]{16}\nevery clause holds in every/,
  );
  expect(err).toMatch(/^depth 1: \d+ states, frontier \d+, /);
});

test('a mutated model breaks a clause, with the operations that lead there', async () => {
  const { code, out } = await explore('--model', 'reap-forgets');
  expect(code).toBe(EXIT.violation);
  expect(out).toContain('breaks the clause conservation:\n  s0 exit\n  wait reaps s0\n');
});

test('a depth limit leaves states out and says so', async () => {
  const { code, out } = await explore('--model', 'cow', '--depth', '2');
  expect(code).toBe(EXIT.ok);
  expect(out).toContain('in the states of the first 2 depths; there are more');
});

test.each([
  [['--model', 'no-such'], /no model "no-such"; there are cow, always-copies, eager/],
  [['cow', '--model', 'cow'], /explores no kernel/],
])('%j is bad usage', async (args, message) => {
  const { code, err } = await explore(...args);
  expect(err).toMatch(message);
  expect(code).toBe(EXIT.usage);
});
