import { availableParallelism } from 'node:os';
import { integer, text } from './parsers.ts';

/** Flags and arguments that several commands have. */

/** An optional flag with a value that is taken as it is: a path, a name. */
export const optionalText = (placeholder: string, brief: string) =>
  ({ kind: 'parsed', parse: text, placeholder, brief, optional: true }) as const;

export const fsFlag = optionalText(
  'IMG',
  'file system image; the bundled one when absent, for bundled kernels',
);

export const seedFlag = {
  kind: 'parsed',
  parse: integer(0, 0x7fff_ffff),
  brief: 'what the random sequences are drawn from',
  default: '1',
} as const;

/** Random sequences, where more than one kernel gets them. */
export const runsFlag = {
  kind: 'parsed',
  parse: integer(1),
  placeholder: 'N',
  brief: 'random sequences for each kernel',
  default: '300',
} as const;

export const maxStepsFlag = {
  kind: 'parsed',
  parse: integer(1, 1000),
  placeholder: 'N',
  brief: 'operations of one sequence, at most',
  default: '30',
} as const;

export const hartsFlag = {
  kind: 'parsed',
  parse: integer(1, 8),
  brief: 'number of harts',
  default: '1',
} as const;

export const memoryFlag = {
  kind: 'parsed',
  parse: integer(1, 2048),
  placeholder: 'MIB',
  brief: 'size of RAM; xv6 itself expects 128',
  default: '128',
} as const;

export const copyingFlag = {
  kind: 'boolean',
  brief: 'fork is expected to copy, as in a kernel without copy-on-write',
  default: false,
  withNegated: false,
} as const;

/** Threads, as many as there are processors when the user does not say. */
export const threadsFlag = (brief: string) =>
  ({
    kind: 'parsed',
    parse: integer(1, 64),
    placeholder: 'N',
    brief,
    default: String(availableParallelism()),
  }) as const;

export const outFlag = (brief: string) =>
  ({ kind: 'parsed', parse: text, placeholder: 'DIR', brief, default: 'cowcheck-out' }) as const;

/** The kernel as the only argument. */
export const kernelArgument = {
  kind: 'tuple',
  parameters: [
    {
      parse: text,
      placeholder: 'KERNEL',
      brief: 'ELF file, or the name of a bundled kernel (cow when absent)',
      optional: true,
    },
  ],
} as const;
