import { buildCommand } from '@stricli/core';
import type { CliContext } from '../context.ts';
import {
  copyingFlag,
  fsFlag,
  kernelArgument,
  memoryFlag,
  optionalText,
  outFlag,
  threadsFlag,
} from '../flags.ts';
import { integer, text } from '../parsers.ts';

export interface ExploreFlags {
  fs?: string;
  procs: number;
  pages: number;
  depth?: number;
  model?: string;
  frames: number;
  failures: boolean;
  memory: number;
  copying: boolean;
  workers: number;
  checkpoint?: string;
  certificate?: string;
  verify?: string;
  seed: number;
  out: string;
  json?: string;
}

export const explore = buildCommand<ExploreFlags, [kernel?: string], CliContext>({
  loader: async () => (await import('../explore/explore-command.ts')).exploreCommand,
  parameters: {
    flags: {
      fs: fsFlag,
      procs: {
        kind: 'parsed',
        parse: integer(1, 8),
        placeholder: 'P',
        brief: 'processes at a time',
        default: '3',
      },
      pages: {
        kind: 'parsed',
        parse: integer(1, 8),
        placeholder: 'V',
        brief: 'pages that are stored to and loaded from; the first two are copied into',
        default: '2',
      },
      depth: {
        kind: 'parsed',
        parse: integer(1, 64),
        placeholder: 'D',
        brief: 'operations in a row; 6 when absent, on a model as many as there are',
        optional: true,
      },
      model: {
        kind: 'parsed',
        parse: text,
        placeholder: 'NAME',
        brief:
          'explore a model alone, without a kernel: cow, always-copies, eager, or a mutated one',
        optional: true,
      },
      frames: {
        kind: 'parsed',
        parse: integer(2, 60),
        placeholder: 'F',
        brief: 'frames of memory, with --model',
        default: '6',
      },
      failures: {
        kind: 'boolean',
        brief: 'try each operation with every single failing allocation too',
        default: true,
      },
      copying: copyingFlag,
      memory: memoryFlag,
      workers: threadsFlag('threads'),
      checkpoint: optionalText('FILE', 'written when interrupted; gone on from when it is there'),
      certificate: optionalText('FILE', 'where the certificate goes; in --out when absent'),
      verify: optionalText('CERT', 'expand a tenth of the states of a certificate again'),
      seed: {
        kind: 'parsed',
        parse: integer(0, 0x7fff_ffff),
        brief: 'which tenth --verify takes',
        default: '1',
      },
      out: outFlag('where certificate and reproducers are written'),
      json: optionalText('FILE', 'write the result as JSON'),
    },
    positional: kernelArgument,
  },
  docs: {
    brief: 'visit every sequence of COW operations within a bound',
    fullDescription: [
      'Breadth-first over the states of model and kernel: from every state each operation (fork, exit,',
      'wait, kill, exec, sbrk down, store, load, both at once by lr/sc, copyout by a pipe) is run once on',
      'the kernel, alone and with every single failing allocation, and compared as `check` compares; in',
      'every state all processes are ended once. A violation found is a shortest one. What was visited is',
      'written as a certificate that --verify checks. Ctrl-C writes a checkpoint that --checkpoint goes on',
      'from.',
      '',
      'With --model the reference model is explored by itself, every clause checked in every state, until',
      'there is no new one. Its certificate holds the states: --verify expands a tenth of them again, which',
      'must keep every clause and lead only to states that are listed.',
      '',
      'Examples: cowcheck explore cow --depth 4; cowcheck explore --model cow --frames 7; ',
      'cowcheck explore --verify cowcheck-out/certificate.json; cowcheck explore --verify cowcheck-out/model.certificate',
    ].join('\n'),
  },
});
