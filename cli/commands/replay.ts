import { buildCommand } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { fsFlag, hartsFlag, memoryFlag } from '../flags.ts';
import { text } from '../parsers.ts';

export interface ReplayFlags {
  kernel?: string;
  fs?: string;
  harts: number;
  memory: number;
  json?: string;
  plugin?: readonly string[];
}

export const replay = buildCommand<ReplayFlags, string[], CliContext>({
  loader: async () => (await import('../check/replay-command.ts')).replayCommand,
  parameters: {
    flags: {
      kernel: {
        kind: 'parsed',
        parse: text,
        placeholder: 'KERNEL',
        brief: 'ELF file or bundled kernel; the one that the file names when absent',
        optional: true,
      },
      fs: fsFlag,
      harts: hartsFlag,
      memory: memoryFlag,
      json: {
        kind: 'parsed',
        parse: text,
        placeholder: 'FILE',
        brief: 'write the result of the last file as JSON',
        optional: true,
      },
      plugin: {
        kind: 'parsed',
        parse: text,
        variadic: true,
        placeholder: 'FILE',
        brief: 'a module whose default export is a list of further operations',
        optional: true,
      },
    },
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { parse: text, placeholder: 'FILE', brief: '.steps files' },
    },
  },
  docs: {
    brief: 'run .steps reproducers; each states what it expects',
    fullDescription: [
      'Runs each file step by step and says after every one what was expected and what came. A file that',
      'expects a clause is there to show that violation; one that expects `pass` to show that there is',
      'none.',
      '',
      'Exit status: 0 when no file shows a violation; 1 when one does; 2 for an unusable input.',
    ].join('\n'),
  },
});
