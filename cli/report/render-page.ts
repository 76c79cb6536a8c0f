import { existsSync, readFileSync } from 'node:fs';
import { renderHtml } from '../../reports/html.ts';
import type { CheckResult } from '../../spec/result.ts';
import { UsageError } from '../exit-codes.ts';
import { writeText } from '../files.ts';
import { packageFile } from '../package-file.ts';

const TEMPLATE = 'reports/page/built/index.html';

/** The HTML page of a result, from the template that the build made. */
export function renderPage(result: CheckResult): string {
  const template = packageFile(TEMPLATE);
  if (!existsSync(template)) {
    throw new UsageError(`the page's template is not built; run \`npm run build\` once`);
  }
  return renderHtml(readFileSync(template, 'utf8'), result);
}

/**
 * Writes the page of a failing result beside its reproducer, and says so in the result. Nothing happens
 * in a checkout whose page was never built.
 */
export function withPage(result: CheckResult): CheckResult {
  const { reproducer } = result;
  if (reproducer === undefined || !existsSync(packageFile(TEMPLATE))) return result;
  const html = `${reproducer.steps.replace(/\.steps$/, '')}.html`;
  const shown = { ...result, reproducer: { ...reproducer, html } };
  writeText(html, renderPage(shown));
  return shown;
}
