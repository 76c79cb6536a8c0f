import { buildCommand } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { integer, seconds, text } from '../parsers.ts';

export interface GateFlags {
  base: string;
  baseFs?: string;
  head: string;
  headFs?: string;
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

const path = (placeholder: string, brief: string) =>
  ({ kind: 'parsed', parse: text, placeholder, brief, optional: true }) as const;
const kernel = (brief: string) =>
  ({ kind: 'parsed', parse: text, placeholder: 'KERNEL', brief }) as const;

export const gate = buildCommand<GateFlags, [], CliContext>({
  loader: async () => (await import('../gate/gate-command.ts')).gateCommand,
  parameters: {
    flags: {
      base: kernel('the kernel before the patch: ELF file, or the name of a bundled one'),
      baseFs: path('IMG', 'its file system image'),
      head: kernel('the kernel with the patch'),
      headFs: path('IMG', 'its file system image; that of the base when absent'),
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
        brief: 'random sequences for each kernel',
        default: '300',
      },
      time: {
        kind: 'parsed',
        parse: seconds,
        placeholder: 'SECONDS',
        brief: 'end each kernel after this long; the verdict then depends on the machine',
        optional: true,
      },
      maxSteps: {
        kind: 'parsed',
        parse: integer(1, 1000),
        placeholder: 'N',
        brief: 'operations of one sequence, at most',
        default: '30',
      },
      memory: {
        kind: 'parsed',
        parse: integer(1, 2048),
        placeholder: 'MIB',
        brief: 'size of RAM; xv6 itself expects 128',
        default: '128',
      },
      maxCost: {
        kind: 'parsed',
        parse: Number,
        placeholder: 'PERCENT',
        brief: 'fail when an operation became dearer by more than this',
        optional: true,
      },
      corpus: path('DIR', 'replayed first; new reproducers are added to it'),
      sourceRoot: path('DIR', 'put before file names in annotations, for example kernel/'),
      out: {
        kind: 'parsed',
        parse: text,
        placeholder: 'DIR',
        brief: 'where reproducers are written',
        default: 'cowcheck-out',
      },
      json: path('FILE', 'write the result as JSON'),
      junit: path('FILE', 'write the result of the head as JUnit XML'),
      markdown: path('FILE', 'write a summary; GITHUB_STEP_SUMMARY when absent and set'),
    },
  },
  docs: {
    brief: 'what a patch breaks, mends and costs',
    fullDescription: [
      'Runs the same sequences on both kernels, past the first violation, and tells apart what the patch',
      'broke, what it mended and what was broken before, each cause once with its shrunk reproducer; and',
      'what each operation costs: kernel instructions, bytes copied, pages allocated, faults taken.',
      '',
      'Exit status: 0 nothing broken; 1 something broken, or a cost over --max-cost; 2 an input that cannot',
      'be used. It suits `git bisect run`.',
      'Example: cowcheck gate --base cow --head mutant:copyout-ignores-cow',
    ].join('\n'),
  },
});
