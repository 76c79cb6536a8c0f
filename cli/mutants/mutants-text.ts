import type { MutantInfo } from '../../kernel/mutants.ts';
import type { MutantRow } from '../../spec/campaign.ts';
import { type Clause, isClause } from '../../spec/clause.ts';
import { asExpected } from './mutants-command.ts';

const NAME = 40;
const CLAUSE = 16;

/** The clauses of a mutant's header, the one that must catch it first. */
export const clausesOf = ({ clause }: MutantInfo): Clause[] =>
  clause.split(/[,\s]+/).filter(isClause);

export const mutantHeader = (): string =>
  `${'mutant'.padEnd(NAME)} row ${'expected'.padEnd(CLAUSE)} ${'caught by'.padEnd(CLAUSE)}  operations  seconds  length  seed\n`;

/** One campaign against one mutant as a line of the table. */
export function mutantLine(row: MutantRow): string {
  const caught = row.caught ?? 'not caught';
  return [
    row.name.padEnd(NAME),
    String(row.row).padStart(3),
    row.expected[0]?.padEnd(CLAUSE) ?? '',
    caught.padEnd(CLAUSE),
    String(row.steps).padStart(11),
    row.seconds.toFixed(1).padStart(8),
    String(row.length ?? '–').padStart(7),
    String(row.seed).padStart(5),
    row.byCorpus ? ' corpus' : '',
    asExpected(row) ? '' : ' ✗',
  ]
    .join(' ')
    .trimEnd()
    .concat('\n');
}

export function mutantSummary(rows: readonly MutantRow[], skipped: readonly MutantInfo[]): string {
  const good = rows.filter(asExpected).length;
  const missed = rows.filter(({ caught }) => caught === undefined);
  const wrong = rows.filter((row) => row.caught !== undefined && !asExpected(row));
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name).join(', ');
  return [
    '',
    `${good} of ${rows.length} campaigns caught their mutant by a clause of its header`,
    ...(missed.length > 0 ? [`not caught: ${names(missed)}`] : []),
    ...(wrong.length > 0 ? [`caught by another clause: ${names(wrong)}`] : []),
    ...(skipped.length > 0 ? [`left out, as they need several harts: ${names(skipped)}`] : []),
    '',
  ].join('\n');
}
