import { CLAUSE_IDS, CLAUSES, type Clause } from '../spec/clause.ts';
import type { CheckResult } from '../spec/result.ts';
import { violationLine } from './violation.ts';

/**
 * The result as JUnit XML, one test case per clause, as CI systems read it (the de-facto schema of
 * Ant's JUnit task). A clause that was never exercised is reported as skipped, not as passed; so is each
 * one that a run without a verdict leaves open.
 */
export function renderJunit(result: CheckResult): string {
  const cases = CLAUSE_IDS.map((clause) => testCase(result, clause));
  const failures = result.violation === undefined ? 0 : 1;
  const skipped = cases.filter((text) => text.includes('<skipped')).length;
  const attributes = `name="cowcheck ${escapeXml(result.kernel.path)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${result.seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes}>`,
    `  <testsuite ${attributes}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(result: CheckResult, clause: Clause): string {
  const open = `    <testcase classname="cowcheck" name="${clause}: ${escapeXml(CLAUSES[clause])}"`;
  if (result.violation?.clause === clause) {
    const line = escapeXml(violationLine(result.violation, result.reproducer?.steps));
    return `${open}>\n      <failure type="${clause}" message="${line}">${line}</failure>\n    </testcase>`;
  }
  const skipped = whySkipped(result, clause);
  if (skipped === undefined) return `${open}/>`;
  return `${open}>\n      <skipped message="${skipped}"/>\n    </testcase>`;
}

function whySkipped(result: CheckResult, clause: Clause): string | undefined {
  if (result.reached[clause] === 0) return 'never exercised';
  if (result.verdict !== 'inconclusive') return undefined;
  return result.interrupted ? 'interrupted' : 'inconclusive';
}

/** Escapes text for XML, dropping the control characters that XML 1.0 cannot carry. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
