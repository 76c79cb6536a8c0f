import { mutants as allMutants, type MutantInfo } from '../../kernel/mutants.ts';
import type { MutantRow } from '../../spec/campaign.ts';
import type { CheckResult, Verdict } from '../../spec/result.ts';
import type { MutantsFlags } from '../commands/mutants.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { writeText } from '../files.ts';
import type { CheckJob, CheckReply } from '../workers/check-worker.ts';
import { runJobs } from '../workers/run-jobs.ts';
import { beside } from '../workers/serve.ts';
import { exploreMutants } from './explore-mutants.ts';
import { clausesOf, mutantHeader, mutantLine, mutantSummary } from './mutants-text.ts';

/** One campaign against one mutant. */
interface Hunt {
  mutant: MutantInfo;
  seed: number;
}

/** `cowcheck mutants`: see its description. */
export async function mutantsCommand(
  this: CliContext,
  flags: MutantsFlags,
  ...names: string[]
): Promise<void> {
  const chosen = choose(names).filter((_, at) => at % flags.every === 0);
  const single = chosen.filter(({ harts }) => harts === 1);
  const start = this.now();
  if (flags.explore) {
    const explored = await exploreMutants(this, single, flags.workers);
    return finish(this, flags, { ...explored, seconds: (this.now() - start) / 1000 });
  }
  const { stdout } = this.process;
  stdout.write(mutantHeader());
  const rows: MutantRow[] = [];
  const stopped = await runJobs<Hunt, CheckJob, CheckReply>(this, {
    module: beside(import.meta.url, '../workers/check-worker'),
    workers: flags.workers,
    items: single.flatMap((mutant) =>
      Array.from({ length: flags.seeds }, (_, i) => ({ mutant, seed: flags.seed + i })),
    ),
    jobOf: ({ mutant, seed }) => jobOf(mutant, seed, flags),
    onReply({ mutant, seed }, reply) {
      const row = rowOf(mutant, seed, reply);
      rows.push(row);
      stdout.write(mutantLine(row));
    },
  });
  const skipped = chosen.filter(({ harts }) => harts > 1);
  stdout.write(mutantSummary(rows, skipped));
  const good = rows.every(asExpected);
  finish(this, flags, { rows, good, stopped, seconds: (this.now() - start) / 1000 });
}

interface Finished {
  rows: MutantRow[];
  /** was everything as the headers say? */
  good: boolean;
  stopped: boolean;
  seconds: number;
}

function finish({ process }: CliContext, flags: MutantsFlags, finished: Finished): void {
  const { rows, good, stopped, seconds } = finished;
  if (flags.json !== undefined) {
    const verdict = !good ? 'fail' : stopped ? 'inconclusive' : 'pass';
    writeText(flags.json, toJson(flags, rows, verdict, seconds));
  }
  process.exitCode = stopped ? EXIT.interrupted : good ? EXIT.ok : EXIT.violation;
}

/** Was it caught, and by a clause of its header? */
export const asExpected = ({ caught, expected }: MutantRow): boolean =>
  caught !== undefined && expected.includes(caught);

function choose(names: readonly string[]): MutantInfo[] {
  const all = allMutants();
  if (names.length === 0) return all;
  return names.map((name) => {
    const found = all.find((mutant) => mutant.name === name.replace(/^mutant:/, ''));
    if (found !== undefined) return found;
    const similar = all.filter((mutant) => mutant.name.includes(name.split('-')[0]!));
    const hint = similar.length > 0 ? similar : all;
    throw new UsageError(
      `there is no mutant "${name}"; there are ${hint.map((mutant) => mutant.name).join(', ')}`,
    );
  });
}

const jobOf = ({ name }: MutantInfo, seed: number, flags: MutantsFlags): CheckJob => ({
  kernel: `mutant:${name}`,
  flags: { harts: 1, memory: 128 },
  seed,
  runs: Number.MAX_SAFE_INTEGER,
  seconds: flags.time,
  maxSteps: 30,
  corpus: 'last',
});

function rowOf(mutant: MutantInfo, seed: number, reply: CheckReply): MutantRow {
  const expected = clausesOf(mutant);
  const row: MutantRow = {
    name: mutant.name,
    row: mutant.row,
    expected,
    steps: reply.steps,
    seconds: reply.seconds,
    seed,
  };
  if (reply.error !== undefined) throw new UsageError(reply.error);
  if (reply.violation !== undefined) row.caught = reply.violation.clause;
  if (reply.length !== undefined) row.length = reply.length;
  if (reply.byCorpus) row.byCorpus = true;
  return row;
}

function toJson(
  flags: MutantsFlags,
  rows: readonly MutantRow[],
  verdict: Verdict,
  seconds: number,
): string {
  const steps = rows.reduce((sum, row) => sum + row.steps, 0);
  const result: CheckResult = {
    schema: 'cowcheck/1',
    command: 'mutants',
    kernel: { path: 'mutants of cow', sha256: '', features: [] },
    seed: flags.seed,
    runs: rows.length,
    steps,
    stepsPerSecond: steps / Math.max(seconds, 1e-3),
    seconds,
    verdict,
    ...(verdict === 'inconclusive' && { interrupted: true }),
    reached: {},
    mutants: [...rows],
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}
