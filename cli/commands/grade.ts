import { buildCommand } from '@stricli/core';
import type { CliContext } from '../context.ts';
import {
  copyingFlag,
  memoryFlag,
  optionalText,
  outFlag,
  runsFlag,
  seedFlag,
  threadsFlag,
} from '../flags.ts';
import { seconds, text } from '../parsers.ts';

export interface GradeFlags {
  fs?: string;
  copying: boolean;
  seed: number;
  runs: number;
  time: number;
  memory: number;
  workers: number;
  out: string;
  csv?: string;
  json?: string;
}

export const grade = buildCommand<GradeFlags, string[], CliContext>({
  loader: async () => (await import('../grade/grade-command.ts')).gradeCommand,
  parameters: {
    flags: {
      fs: optionalText('IMG', 'file system image for submissions that bring none'),
      copying: copyingFlag,
      seed: seedFlag,
      runs: runsFlag,
      time: {
        kind: 'parsed',
        parse: seconds,
        placeholder: 'SECONDS',
        brief: 'for one kernel, at most; shrinking not counted',
        default: '60',
      },
      memory: memoryFlag,
      workers: threadsFlag('kernels at a time'),
      out: outFlag('where reproducers are written, a folder for each kernel'),
      csv: optionalText('FILE', 'write the table as CSV too'),
      json: optionalText('FILE', 'write the table as JSON'),
    },
    positional: {
      kind: 'array',
      parameter: {
        parse: text,
        placeholder: 'FOLDER|KERNEL',
        brief: 'a folder of submissions, a kernel, or the name of a bundled one',
      },
      minimum: 1,
    },
  },
  docs: {
    brief: 'one line per kernel over a folder of submissions',
    fullDescription: [
      'Checks every kernel in parallel and prints one CSV line for each. In a folder, a submission is a',
      'subfolder with kernel/kernel and fs.img (a built xv6 tree), or a file *.elf. One that hangs, panics',
      'or cannot be read gets its line like the others.',
      '',
      'Exit status: 0 when nothing was found in any; 1 otherwise.',
      'Example: cowcheck grade submissions --csv grades.csv',
    ].join('\n'),
  },
});
