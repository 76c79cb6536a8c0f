import { CLAUSES } from '../spec/clause.ts';
import type { CheckResult } from '../spec/result.ts';
import { extent } from './extent.ts';
import { lineOf, replayCommand, shrunkLine } from './violation.ts';

/** How the text is coloured; the identity functions give plain text. */
export interface Paint {
  good: (text: string) => string;
  bad: (text: string) => string;
  dim: (text: string) => string;
  strong: (text: string) => string;
}

const same = (text: string): string => text;
export const PLAIN: Paint = { good: same, bad: same, dim: same, strong: same };

/** The result of `check` or `replay` for a person at a terminal; ends in a newline. */
export function renderText(result: CheckResult, paint: Paint = PLAIN): string {
  const lines = [
    ...headline(result, paint),
    ...failure(result, paint),
    ...unfinished(result),
    ...unreached(result, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function headline(result: CheckResult, paint: Paint): string[] {
  const figures = `${extent(result)}, ${result.seconds.toFixed(1)} s, ${count(result.stepsPerSecond)} a second`;
  const words = {
    pass: paint.good('nothing found'),
    fail: paint.bad('violation found'),
    inconclusive: paint.bad('inconclusive'),
  };
  return [
    `${paint.strong(result.kernel.path)}: ${words[result.verdict]} ${paint.dim(`(${figures}, seed ${result.seed})`)}`,
  ];
}

function failure(result: CheckResult, paint: Paint): string[] {
  const violation = result.violation;
  if (violation === undefined) return [];
  const lines = [
    '',
    `${paint.bad(violation.clause)}: ${CLAUSES[violation.clause]}`,
    `  step ${violation.step}   ${paint.strong(violation.operation)}`,
    `  ${violation.message}`,
    `  expected ${violation.expected}`,
    `  received ${violation.received}`,
  ];
  for (const frame of violation.where ?? []) {
    lines.push(`  ${paint.dim('at')}       ${lineOf(frame)}`);
  }
  return [...lines, ...reproducer(result, paint)];
}

function reproducer(result: CheckResult, paint: Paint): string[] {
  const kept = result.reproducer;
  if (kept === undefined) return [];
  return [
    '',
    shrunkLine(kept),
    `  replay   ${paint.strong(replayCommand(kept.steps, result.kernel.path))}`,
    `  C        ${kept.c}`,
    ...(kept.html === undefined ? [] : [`  page     ${kept.html}`]),
  ];
}

/** Why a result says less than it might. */
function unfinished(result: CheckResult): string[] {
  if (result.interrupted && result.violation !== undefined) {
    return ['', 'interrupted: the sequence may not be the shortest'];
  }
  if (result.interrupted) return ['', 'interrupted: nothing was found up to there'];
  if (result.steps === 0) return ['', 'no operation was run: raise --runs or --time'];
  return [];
}

function unreached(result: CheckResult, paint: Paint): string[] {
  if (result.verdict !== 'inconclusive') return [];
  const never = Object.entries(result.reached)
    .filter(([, times]) => times === 0)
    .map(([what]) => what);
  return never.length === 0
    ? []
    : ['', `${paint.bad('never reached')}: ${never.join(', ')} (run longer: --runs or --time)`];
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
