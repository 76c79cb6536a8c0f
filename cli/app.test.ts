import { expect, test } from 'vitest';
import { commands } from './commands/index.ts';
import { EXIT } from './exit-codes.ts';
import { integer, seconds, text } from './parsers.ts';
import { inProcess } from './testing/in-process.ts';

test('help and version', async () => {
  expect(await inProcess(['--version'])).toMatchObject({ code: 0, out: '1.2.3\n' });
  const { code, out } = await inProcess(['--help']);
  expect(code).toBe(0);
  for (const name of Object.keys(commands)) expect(out).toContain(name);
  expect((await inProcess(['run', '--help'])).out).toContain('--time-limit');
});

test.each([
  [['rum'], /run/],
  [['run', '--hart', '2'], /--harts/],
  [['run', '--harts', 'x'], /expected a whole number from 1 to 8, not "x"/],
  [['run', '--harts', '9'], /from 1 to 8/],
  [['run', '--memory', '1.5'], /expected a whole number/],
  [['run', '--time-limit', '-1'], /positive number of seconds/],
  [['run', 'a', 'b'], /b/],
  [['run', 'no-such-kernel'], /^cowcheck: there is no file no-such-kernel, .*\n$/],
  [['run', '--write-fs', '--fs', '/no/such.img'], /cannot read the file system image/],
])('%j is bad usage', async (args, message) => {
  const { code, err } = await inProcess(args);
  expect(err).toMatch(message);
  expect(err).not.toMatch(/^ +at /m);
  expect(code).toBe(EXIT.usage);
});

test('parsers', () => {
  expect(integer(0)('0x10')).toBe(16);
  expect(() => integer(1)('0')).toThrow('from 1 up');
  expect(() => integer(1)('')).toThrow();
  expect(seconds('0.5')).toBe(0.5);
  expect(() => seconds('0')).toThrow();
  expect(() => text('')).toThrow();
});
