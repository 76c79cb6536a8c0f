import { readFileSync, writeFileSync } from 'node:fs';
import { parseResult, ResultError } from '../../reports/schema.ts';
import type { ReportFlags } from '../commands/report.ts';
import type { CliContext } from '../context.ts';
import { UsageError } from '../exit-codes.ts';
import { renderPage } from './render-page.ts';

/** Writes the page of a result file. */
export function reportCommand(this: CliContext, flags: ReportFlags, file: string): void {
  const result = readResult(file);
  const out = flags.out ?? `${file.replace(/\.json$/, '')}.html`;
  try {
    writeFileSync(out, renderPage(result));
  } catch (error) {
    throw new UsageError(`cannot write ${out}: ${(error as Error).message}; choose --out`);
  }
  this.process.stdout.write(`${out}\n`);
}

function readResult(file: string) {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`);
  }
  try {
    return parseResult(text, file);
  } catch (error) {
    if (error instanceof ResultError) throw new UsageError(error.message);
    throw error;
  }
}
