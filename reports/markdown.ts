import type { CostRow, Finding, GateResult } from '../spec/gate.ts';
import { tellingFrame } from '../spec/telling-frame.ts';
import { lineOf, violationLine } from './violation.ts';

/** The gate's answer as Markdown, for a job summary or a pull request's comment. */
export function renderGateMarkdown(result: GateResult): string {
  const verdict = {
    pass: 'The patch breaks nothing that was found.',
    fail: 'The patch breaks something or costs too much.',
    inconclusive: 'The run was too short to say.',
  };
  return [
    `## cowcheck gate: ${result.verdict}`,
    '',
    `${verdict[result.verdict]} ${figure(result.steps)} operations on the head, seed ${result.seed}.`,
    `Base \`${result.base.path}\`, head \`${result.head.path}\`.`,
    ...findings('Broken by the patch', result.broken),
    ...findings('Mended by the patch', result.mended),
    ...findings('Broken before and after', result.before),
    ...costs(result.costs),
    '',
  ].join('\n');
}

function findings(title: string, list: readonly Finding[]): string[] {
  if (list.length === 0) return [];
  const rows = list.map(
    ({ cause, violation, reproducer }) =>
      `| ${cause.clause} | ${cause.role} | ${cell(lineOf(tellingFrame(violation.where)) || cause.function)} | ${cell(violationLine(violation))} | ${reproducer === undefined ? '' : `\`${cell(reproducer.steps)}\` (${reproducer.length})`} |`,
  );
  return [
    '',
    `### ${title}`,
    '',
    '| clause | frame | kernel | what | reproducer |',
    '|-|-|-|-|-|',
    ...rows,
  ];
}

function costs(rows: readonly CostRow[]): string[] {
  if (rows.length === 0) return [];
  const shown = rows.filter((row) => row.base !== row.head || row.exceeds);
  if (shown.length === 0) return ['', 'No operation costs more or less than before.'];
  return [
    '',
    '### Cost per operation',
    '',
    '| operation | what | base | head | change |',
    '|-|-|-:|-:|-:|',
    ...shown.map(
      (row) =>
        `| ${row.operation} | ${row.metric} | ${figure(row.base)} | ${figure(row.head)} | ${change(row)} |`,
    ),
  ];
}

/** `+12.5 %`, with a mark where it is over the threshold. */
export function change(row: CostRow): string {
  const text =
    row.percent === null ? 'new' : `${row.percent > 0 ? '+' : ''}${row.percent.toFixed(1)} %`;
  return row.exceeds ? `${text} ✗` : text;
}

export const figure = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: 1 });
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
