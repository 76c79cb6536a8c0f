import type { CheckResult } from '../spec/result.ts';

const SLOT = /(<script type="application\/json" id="result">)null(<\/script>)/;

/**
 * One self-contained HTML page for a result. `template` is the built page without data
 * (`reports/page/built/index.html`); `<` is escaped so that no text of a result can end the script.
 */
export function renderHtml(template: string, result: CheckResult): string {
  if (!SLOT.test(template)) throw new Error('renderHtml: the template has no place for a result');
  const json = JSON.stringify(result).replaceAll('<', '\\u003c');
  return template.replace(SLOT, (_all, open: string, close: string) => `${open}${json}${close}`);
}
