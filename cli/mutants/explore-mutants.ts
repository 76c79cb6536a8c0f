import type { MutantInfo } from '../../kernel/mutants.ts';
import { MUTANT_BOUNDS } from '../../properties/explore/alphabet.ts';
import type { MutantRow } from '../../spec/campaign.ts';
import type { CliContext } from '../context.ts';
import { UsageError } from '../exit-codes.ts';
import type { ExploreMutantJob, ExploreMutantReply } from '../workers/explore-mutant-worker.ts';
import { runJobs } from '../workers/run-jobs.ts';
import { beside } from '../workers/serve.ts';
import { clausesOf } from './mutants-text.ts';

const NAME = 40;
const FINDING = 18;

/** What exploring made of one mutant, and whether that is what its header says. */
interface Explored {
  mutant: MutantInfo;
  reply: ExploreMutantReply;
  asExpected: boolean;
}

/**
 * `cowcheck mutants --explore`: each mutant within the bounds, to the first violation, which is a shortest
 * one; `length` of a row is that of its sequence. Good when each header names that clause and that length,
 * or gives a reason and nothing was found.
 */
export async function exploreMutants(
  context: CliContext,
  mutants: readonly MutantInfo[],
  workers: number,
): Promise<{ rows: MutantRow[]; good: boolean; stopped: boolean }> {
  const { stdout } = context.process;
  const all: Explored[] = [];
  stdout.write(line('mutant', 'row', 'header', 'found', 'transitions', 'seconds'));
  const stopped = await runJobs<MutantInfo, ExploreMutantJob, ExploreMutantReply>(context, {
    module: beside(import.meta.url, '../workers/explore-mutant-worker'),
    workers,
    items: mutants,
    jobOf,
    onReply(mutant, reply) {
      const explored = judge(mutant, reply);
      all.push(explored);
      stdout.write(lineOf(explored));
    },
  });
  stdout.write(summary(all));
  const good = all.every(({ asExpected }) => asExpected);
  return { rows: all.map(rowOf), good, stopped };
}

function rowOf({ mutant, reply }: Explored): MutantRow {
  const { transitions, seconds, found } = reply;
  return {
    name: mutant.name,
    row: mutant.row,
    expected: clausesOf(mutant),
    steps: transitions,
    seconds,
    seed: 0,
    ...(found && { caught: found.clause, length: found.operations }),
  };
}

function jobOf({ name, explored }: MutantInfo): ExploreMutantJob {
  const needed = explored !== undefined && 'operations' in explored ? explored.operations : 0;
  return { kernel: `mutant:${name}`, depth: Math.max(needed, MUTANT_BOUNDS.depth) };
}

function judge(mutant: MutantInfo, reply: ExploreMutantReply): Explored {
  if (reply.error !== undefined) throw new UsageError(reply.error);
  return { mutant, reply, asExpected: headerText(mutant) === foundText(reply) };
}

const headerText = ({ explored }: MutantInfo): string =>
  explored !== undefined && 'clause' in explored
    ? `${explored.clause} ${explored.operations}`
    : 'none';

const foundText = ({ found }: ExploreMutantReply): string =>
  found === undefined ? 'none' : `${found.clause} ${found.operations}`;

const lineOf = ({ mutant, reply, asExpected }: Explored): string =>
  line(
    mutant.name,
    String(mutant.row),
    headerText(mutant),
    foundText(reply),
    String(reply.transitions),
    `${reply.seconds.toFixed(1)}${asExpected ? '' : ' ✗'}`,
  );

const line = (name: string, row: string, header: string, found: string, ...figures: string[]) =>
  `${name.padEnd(NAME)} ${row.padStart(3)} ${header.padEnd(FINDING)} ${found.padEnd(FINDING)} ${figures
    .map((figure) => figure.padStart(11))
    .join(' ')}\n`;

function summary(all: readonly Explored[]): string {
  const { procs, pages } = MUTANT_BOUNDS;
  const found = all.filter(({ reply }) => reply.found !== undefined).length;
  const wrong = all.filter(({ asExpected }) => !asExpected).map(({ mutant }) => mutant.name);
  return [
    '',
    `${found} of ${all.length} mutants found, each by a shortest sequence of ${procs} processes and ${pages} pages`,
    ...(wrong.length > 0 ? [`not as their headers say: ${wrong.join(', ')}`] : []),
    '',
  ].join('\n');
}
