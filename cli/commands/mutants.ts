import { buildCommand } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { threadsFlag } from '../flags.ts';
import { integer, seconds, text } from '../parsers.ts';

export interface MutantsFlags {
  seed: number;
  seeds: number;
  time: number;
  workers: number;
  every: number;
  explore: boolean;
  json?: string;
}

export const mutants = buildCommand<MutantsFlags, string[], CliContext>({
  loader: async () => (await import('../mutants/mutants-command.ts')).mutantsCommand,
  parameters: {
    flags: {
      seed: {
        kind: 'parsed',
        parse: integer(0, 0x7fff_ffff),
        brief: 'first seed',
        default: '1',
      },
      seeds: {
        kind: 'parsed',
        parse: integer(1, 1000),
        placeholder: 'N',
        brief: 'campaigns for each mutant, with seeds one after the other',
        default: '1',
      },
      time: {
        kind: 'parsed',
        parse: seconds,
        placeholder: 'SECONDS',
        brief: 'for one campaign, shrinking not counted',
        default: '60',
      },
      workers: threadsFlag('threads'),
      every: {
        kind: 'parsed',
        parse: integer(1, 1000),
        placeholder: 'K',
        brief: 'only every K-th mutant, for a quick look',
        default: '1',
      },
      explore: {
        kind: 'boolean',
        brief:
          'explore each one breadth first instead, and print the length of its shortest sequence',
        default: false,
        withNegated: false,
      },
      json: {
        kind: 'parsed',
        parse: text,
        placeholder: 'FILE',
        brief: 'write the table as JSON, for `cowcheck report`',
        optional: true,
      },
    },
    positional: {
      kind: 'array',
      parameter: { parse: text, placeholder: 'NAME', brief: 'mutant; all of them when absent' },
    },
  },
  docs: {
    brief: 'which seeded bugs are caught, how fast, and by which checker',
    fullDescription: [
      'Checks each seeded bug of the bundled kernel with random sequences, then, if these find nothing in',
      'their time, with the corpus, and holds the clause that catches it against its header. Mutants that only show on several harts at',
      'once are listed and left out.',
      '',
      'With --explore each is explored, as `cowcheck explore --procs 3 --pages 2` does, to its first violation, and',
      'clause and length are held against its header; docs/mutants.md says why some are not found so. The flags',
      'of random sequences (--seed, --seeds, --time) have no part in that.',
      '',
      'Exit status: 0 when each is caught by a clause of its header; 1 otherwise.',
      'Examples: cowcheck mutants copyout-ignores-cow --seeds 20; cowcheck mutants --explore',
    ].join('\n'),
  },
});
