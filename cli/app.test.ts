import { run } from '@stricli/core';
import { expect, test } from 'vitest';
import { application } from './app.ts';
import { commands } from './commands/index.ts';
import type { CliContext } from './context.ts';
import { EXIT, fromParser } from './exit-codes.ts';
import { integer, seconds, text } from './parsers.ts';
import { fakeTerminal } from './testing/fake-terminal.ts';

/** Runs the command line in this process. */
async function cowcheck(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const context: CliContext = {
    process: {
      stdout: {
        write(it) {
          out += typeof it === 'string' ? it : new TextDecoder().decode(it);
        },
      },
      stderr: {
        write(it) {
          err += it;
        },
      },
    },
    terminal: fakeTerminal(false),
    now: () => 0,
  };
  await run(application('1.2.3'), args, context);
  return { code: fromParser(Number(context.process.exitCode ?? 0)), out, err };
}

test('help and version', async () => {
  expect(await cowcheck('--version')).toMatchObject({ code: 0, out: '1.2.3\n' });
  const { code, out } = await cowcheck('--help');
  expect(code).toBe(0);
  for (const name of Object.keys(commands)) expect(out).toContain(name);
  expect((await cowcheck('run', '--help')).out).toContain('--time-limit');
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
  const { code, err } = await cowcheck(...args);
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
