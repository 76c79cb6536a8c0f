import { buildCommand } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { fsFlag, hartsFlag, kernelArgument, memoryFlag } from '../flags.ts';
import { seconds, text } from '../parsers.ts';

export interface RunFlags {
  fs?: string;
  exec?: string;
  until?: string;
  harts: number;
  memory: number;
  timeLimit?: number;
  writeFs: boolean;
}

export const run = buildCommand<RunFlags, [kernel?: string], CliContext>({
  loader: async () => (await import('../run/run-command.ts')).runCommand,
  parameters: {
    flags: {
      fs: fsFlag,
      exec: {
        kind: 'parsed',
        parse: text,
        placeholder: 'CMD',
        brief: 'type this into the shell, and leave with its exit status',
        optional: true,
      },
      until: {
        kind: 'parsed',
        parse: text,
        placeholder: 'TEXT',
        brief: 'leave when the console shows this',
        optional: true,
      },
      harts: hartsFlag,
      memory: memoryFlag,
      timeLimit: {
        kind: 'parsed',
        parse: seconds,
        placeholder: 'SECONDS',
        brief: 'give up after this long',
        optional: true,
      },
      writeFs: {
        kind: 'boolean',
        brief: 'write the disk back to --fs when leaving',
        default: false,
        withNegated: false,
      },
    },
    positional: kernelArgument,
  },
  docs: {
    brief: 'boot to an interactive console, or run one command',
    fullDescription: [
      'Boots a kernel to an interactive console. Ctrl-A X leaves, Ctrl-A C shows every hart with a',
      'backtrace, Ctrl-A Ctrl-A types a Ctrl-A. Runs are deterministic: the same kernel, image and input',
      'give the same run.',
      '',
      'Exit status: that of the guest (test finisher, or the command of --exec); 1 after a kernel panic,',
      'a silent guest or a time limit; 2 for an input that cannot be used; 130 when interrupted.',
    ].join('\n'),
  },
});
