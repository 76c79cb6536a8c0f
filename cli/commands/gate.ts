import { buildCommand } from '@stricli/core';
import type { CliContext } from '../context.ts';
import {
  copyingFlag,
  maxStepsFlag,
  memoryFlag,
  optionalText,
  outFlag,
  runsFlag,
  seedFlag,
} from '../flags.ts';
import { seconds, text } from '../parsers.ts';

export interface GateFlags {
  base: string;
  baseFs?: string;
  baseCopying: boolean;
  head: string;
  headFs?: string;
  headCopying: boolean;
  seed: number;
  runs: number;
  time?: number;
  maxSteps: number;
  memory: number;
  maxCost?: number;
  corpus?: string;
  sourceRoot?: string;
  out: string;
  json?: string;
  junit?: string;
  markdown?: string;
}

const kernel = (brief: string) =>
  ({ kind: 'parsed', parse: text, placeholder: 'KERNEL', brief }) as const;

export const gate = buildCommand<GateFlags, [], CliContext>({
  loader: async () => (await import('../gate/gate-command.ts')).gateCommand,
  parameters: {
    flags: {
      base: kernel('the kernel before the patch: ELF file, or the name of a bundled one'),
      baseFs: optionalText('IMG', 'its file system image'),
      baseCopying: copyingFlag,
      head: kernel('the kernel with the patch'),
      headFs: optionalText('IMG', 'its file system image; that of the base when absent'),
      headCopying: copyingFlag,
      seed: seedFlag,
      runs: runsFlag,
      time: {
        kind: 'parsed',
        parse: seconds,
        placeholder: 'SECONDS',
        brief: 'end each kernel after this long; the verdict then depends on the machine',
        optional: true,
      },
      maxSteps: maxStepsFlag,
      memory: memoryFlag,
      maxCost: {
        kind: 'parsed',
        parse: Number,
        placeholder: 'PERCENT',
        brief: 'fail when an operation became dearer by more than this',
        optional: true,
      },
      corpus: optionalText(
        'DIR',
        'replayed after the bundled corpus; new reproducers are added to it',
      ),
      sourceRoot: optionalText('DIR', 'put before file names in annotations, for example kernel/'),
      out: outFlag('where reproducers are written'),
      json: optionalText('FILE', 'write the result as JSON'),
      junit: optionalText('FILE', 'write the result of the head as JUnit XML'),
      markdown: optionalText('FILE', 'write a summary; GITHUB_STEP_SUMMARY when absent and set'),
    },
  },
  docs: {
    brief: 'what a patch breaks, mends and costs',
    fullDescription: [
      'Runs the same sequences on both kernels at once, past the first violation: the corpus, short ones',
      'with every allocation failing in turn, and random ones. Tells apart what the patch broke, what it',
      'mended and what was broken before, each cause once with its shrunk reproducer; and what each',
      'operation costs: kernel instructions, bytes copied, pages allocated, faults taken.',
      '',
      'Exit status: 0 nothing broken; 1 something broken, or a cost over --max-cost; 2 an input that cannot',
      'be used; 130 interrupted, with what was found so far. It suits `git bisect run`.',
      'Example: cowcheck gate --base cow --head mutant:copyout-ignores-cow',
    ].join('\n'),
  },
});
