import { buildCommand } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { text } from '../parsers.ts';

export interface ReportFlags {
  out?: string;
}

export const report = buildCommand<ReportFlags, [result: string], CliContext>({
  loader: async () => (await import('../report/report-command.ts')).reportCommand,
  parameters: {
    flags: {
      out: {
        kind: 'parsed',
        parse: text,
        placeholder: 'FILE',
        brief: 'where to write the page; RESULT.html beside the result when absent',
        optional: true,
      },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: text, placeholder: 'RESULT.json', brief: 'a result written by --json' },
      ],
    },
  },
  docs: {
    brief: 'write the HTML page of a result',
    fullDescription: [
      'Writes one self-contained HTML file: the shrunk sequence step by step with frames, page tables,',
      'counts and the free list, and the figures of the campaign. It opens by double click.',
      '',
      'Example: cowcheck check mutant:NAME --json result.json; cowcheck report result.json',
    ].join('\n'),
  },
});
