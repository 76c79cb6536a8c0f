import { buildCommand } from '@stricli/core';
import type { CliContext } from '../context.ts';
import {
  copyingFlag,
  fsFlag,
  hartsFlag,
  kernelArgument,
  maxStepsFlag,
  memoryFlag,
  optionalText,
  outFlag,
  seedFlag,
} from '../flags.ts';
import { integer, seconds, text } from '../parsers.ts';

export interface CheckFlags {
  fs?: string;
  seed: number;
  runs?: number;
  time?: number;
  maxSteps: number;
  ops?: readonly string[];
  harts: number;
  memory: number;
  copying: boolean;
  corpus?: string;
  workers: number;
  out: string;
  json?: string;
  junit?: string;
  plugin?: readonly string[];
  refcount?: string;
  coverageOf?: string;
}

export const check = buildCommand<CheckFlags, [kernel?: string], CliContext>({
  loader: async () => (await import('../check/check-command.ts')).checkCommand,
  parameters: {
    flags: {
      fs: fsFlag,
      seed: seedFlag,
      runs: {
        kind: 'parsed',
        parse: integer(1),
        placeholder: 'N',
        brief: 'random sequences to run; 1000 when neither --runs nor --time is given',
        optional: true,
      },
      time: {
        kind: 'parsed',
        parse: seconds,
        placeholder: 'SECONDS',
        brief: 'stop after this long',
        optional: true,
      },
      maxSteps: maxStepsFlag,
      ops: {
        kind: 'parsed',
        parse: text,
        variadic: ',',
        placeholder: 'a,b',
        brief: 'draw only these operations',
        optional: true,
      },
      harts: hartsFlag,
      copying: copyingFlag,
      memory: memoryFlag,
      corpus: optionalText(
        'DIR',
        'replay the .steps files of this folder first; the bundled ones when absent',
      ),
      workers: {
        kind: 'parsed',
        parse: integer(1, 64),
        placeholder: 'N',
        brief: 'threads to spread the random sequences over',
        default: '1',
      },
      out: outFlag('where reproducers are written'),
      json: optionalText('FILE', 'write the result as JSON'),
      junit: optionalText('FILE', 'write the result as JUnit XML'),
      plugin: {
        kind: 'parsed',
        parse: text,
        variadic: true,
        placeholder: 'FILE',
        brief: 'a module whose default export is a list of further operations',
        optional: true,
      },
      coverageOf: optionalText(
        'CERT',
        'instead of checking: how much of an exploration random operations meet',
      ),
      refcount: optionalText(
        'NAME',
        'the variable with the reference counts, instead of searching for it',
      ),
    },
    positional: kernelArgument,
  },
  docs: {
    brief: 'run random system calls and account for every page after each one',
    fullDescription: [
      'Boots the kernel, replays the corpus, then runs random sequences of system calls and memory',
      'accesses. After each operation the guest is read from outside and held against the reference',
      'model, clause by clause. The first violation is shrunk and written to --out as a .steps file for',
      '`cowcheck replay` and as a C program.',
      '',
      'Exit status: 0 nothing found; 1 a violation; 2 an input that cannot be used; 130 interrupted:',
      'without a violation the verdict is then inconclusive, and what was done so far is written.',
    ].join('\n'),
  },
});
