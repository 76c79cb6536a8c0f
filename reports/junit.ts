import { CLAUSE_IDS, CLAUSES, type Clause } from '../spec/clause.ts';
import type { CostRow, Finding, GateResult } from '../spec/gate.ts';
import type { CheckResult } from '../spec/result.ts';
import { change, figure } from './markdown.ts';
import { violationLine } from './violation.ts';

/** One test case of a suite. */
interface Case {
  name: string;
  failures: { type: string; message: string }[];
  /** why it says nothing, where it does not fail */
  skipped?: string | undefined;
}

/**
 * The result as JUnit XML, one test case per clause, as CI systems read it (the de-facto schema of
 * Ant's JUnit task). A clause that was never exercised is reported as skipped, not as passed; so is each
 * one that a run without a verdict leaves open.
 */
export function renderJunit(result: CheckResult): string {
  const { violation, reproducer } = result;
  const cases = CLAUSE_IDS.map(
    (clause): Case => ({
      name: clauseName(clause),
      failures:
        violation?.clause === clause
          ? [{ type: clause, message: violationLine(violation, reproducer?.steps) }]
          : [],
      skipped: whySkipped(result, clause),
    }),
  );
  return renderSuite(`cowcheck ${result.kernel.path}`, result.seconds, cases);
}

/** The gate's answer: one test case per clause, failing with all that the patch broke of it; and one for costs. */
export function renderGateJunit(result: GateResult): string {
  const cases = CLAUSE_IDS.map(
    (clause): Case => ({
      name: clauseName(clause),
      failures: result.broken.filter(({ cause }) => cause.clause === clause).map(failureOf),
    }),
  );
  const dear = result.costs.filter((row) => row.exceeds);
  cases.push({ name: 'cost: no operation costs more than allowed', failures: dear.map(costOf) });
  return renderSuite(`cowcheck gate ${result.head.path}`, result.seconds, cases);
}

const clauseName = (clause: Clause): string => `${clause}: ${CLAUSES[clause]}`;

const failureOf = ({ violation, reproducer }: Finding) => ({
  type: violation.clause,
  message: violationLine(violation, reproducer?.steps),
});

const costOf = (row: CostRow) => ({
  type: 'cost',
  message: `${row.operation} ${row.metric}: ${figure(row.base)}, now ${figure(row.head)} (${change(row)})`,
});

function renderSuite(name: string, seconds: number, cases: readonly Case[]): string {
  const failed = cases.filter(({ failures }) => failures.length > 0).length;
  const skipped = cases.filter(isSkipped).length;
  const attributes = `name="${escapeXml(name)}" tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}" time="${seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes}>`,
    `  <testsuite ${attributes}>`,
    ...cases.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const isSkipped = ({ failures, skipped }: Case): boolean =>
  failures.length === 0 && skipped !== undefined;

function testCase(of: Case): string {
  const open = `    <testcase classname="cowcheck" name="${escapeXml(of.name)}"`;
  const inside = isSkipped(of)
    ? [`<skipped message="${of.skipped}"/>`]
    : of.failures.map(({ type, message }) => {
        const text = escapeXml(message);
        return `<failure type="${type}" message="${text}">${text}</failure>`;
      });
  if (inside.length === 0) return `${open}/>`;
  return [`${open}>`, ...inside.map((line) => `      ${line}`), '    </testcase>'].join('\n');
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
