import { buildCommand } from '@stricli/core';
import type { CliContext } from '../context.ts';
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

const path = (placeholder: string, brief: string) =>
  ({ kind: 'parsed', parse: text, placeholder, brief, optional: true }) as const;

export const check = buildCommand<CheckFlags, [kernel?: string], CliContext>({
  loader: async () => (await import('../check/check-command.ts')).checkCommand,
  parameters: {
    flags: {
      fs: path('IMG', 'file system image; the bundled one when absent, for bundled kernels'),
      seed: {
        kind: 'parsed',
        parse: integer(0, 0x7fff_ffff),
        brief: 'what the random sequences are drawn from',
        default: '1',
      },
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
      maxSteps: {
        kind: 'parsed',
        parse: integer(1, 1000),
        placeholder: 'N',
        brief: 'operations of one sequence, at most',
        default: '30',
      },
      ops: {
        kind: 'parsed',
        parse: text,
        variadic: ',',
        placeholder: 'a,b',
        brief: 'draw only these operations',
        optional: true,
      },
      harts: { kind: 'parsed', parse: integer(1, 8), brief: 'number of harts', default: '1' },
      copying: {
        kind: 'boolean',
        brief: 'fork is expected to copy, as in a kernel without copy-on-write',
        default: false,
        withNegated: false,
      },
      memory: {
        kind: 'parsed',
        parse: integer(1, 2048),
        placeholder: 'MIB',
        brief: 'size of RAM; xv6 itself expects 128',
        default: '128',
      },
      corpus: path(
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
      out: {
        kind: 'parsed',
        parse: text,
        placeholder: 'DIR',
        brief: 'where reproducers are written',
        default: 'cowcheck-out',
      },
      json: path('FILE', 'write the result as JSON'),
      junit: path('FILE', 'write the result as JUnit XML'),
      plugin: {
        kind: 'parsed',
        parse: text,
        variadic: true,
        placeholder: 'FILE',
        brief: 'a module whose default export is a list of further operations',
        optional: true,
      },
      coverageOf: path(
        'CERT',
        'instead of checking: how much of an exploration random operations meet',
      ),
      refcount: path('NAME', 'the variable with the reference counts, instead of searching for it'),
    },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: text,
          placeholder: 'KERNEL',
          brief: 'ELF file, or the name of a bundled kernel (cow when absent)',
          optional: true,
        },
      ],
    },
  },
  docs: {
    brief: 'run random system calls and account for every page after each one',
    fullDescription: [
      'Boots the kernel, replays the corpus, then runs random sequences of system calls and memory',
      'accesses. After each operation the guest is read from outside and held against the reference',
      'model, clause by clause. The first violation is shrunk and written to --out as a .steps file for',
      '`cowcheck replay` and as a C program.',
      '',
      'Exit status: 0 nothing found; 1 a violation; 2 an input that cannot be used; 130 interrupted.',
    ].join('\n'),
  },
});
