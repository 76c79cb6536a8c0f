import { run } from '@stricli/core';
import { application } from '../app.ts';
import type { CliContext } from '../context.ts';
import { fromParser } from '../exit-codes.ts';
import { type FakeTerminal, fakeTerminal } from './fake-terminal.ts';

/** Runs the command line in this process, with the real clock and a terminal of the test. */
export async function inProcess(
  args: readonly string[],
  terminal: FakeTerminal = fakeTerminal(false),
): Promise<{ code: number; out: string; err: string }> {
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
    terminal,
    now: () => performance.now(),
  };
  await run(application('1.2.3'), args, context);
  return { code: fromParser(Number(context.process.exitCode ?? 0)), out, err };
}
