import { workerData } from 'node:worker_threads';
import { causeKey } from '../../properties/gate/cause.ts';
import type { SurveyedSide } from '../../properties/gate/compare.ts';
import { distinctFindings, type Survey, survey } from '../../properties/gate/survey.ts';
import type { Cause, Finding } from '../../spec/gate.ts';
import type { CheckResult } from '../../spec/result.ts';
import { readCorpus } from '../check/corpus.ts';
import { type KernelFlags, type OpenKernel, openKernel } from '../check/open-kernel.ts';
import { explained } from '../check/result-of-failure.ts';
import { UsageError } from '../exit-codes.ts';
import { withPage } from '../report/render-page.ts';
import { serve } from '../workers/serve.ts';
import { SIDE_COUNTERS } from './side.ts';

/** One of the two kernels, and what a survey of it is to be like. */
export interface SideWorkerData {
  kernel: string;
  flags: KernelFlags;
  seed: number;
  runs: number;
  maxSteps: number;
  /** for the survey, after which it ends with what it has */
  seconds?: number;
  /** replayed besides the bundled corpus */
  corpus?: string;
  /** as `SIDE_COUNTERS` says */
  counters: SharedArrayBuffer;
}

/** Survey the kernel; then write reproducers of some of the causes into a folder. */
export type SideJob = { survey: true } | { explain: readonly Cause[]; out: string };

export interface SideReply {
  surveyed?: SurveyedSide & { kernel: CheckResult['kernel']; runs: number; steps: number };
  findings?: Finding[];
  /** why the kernel cannot be gated: for the user to mend */
  error?: string;
}

const data = workerData as SideWorkerData;
let opened: OpenKernel | undefined;
let done: Survey | undefined;

serve<SideJob, SideReply>(async (job) => {
  try {
    return 'survey' in job ? await surveyed() : { findings: job.explain.map(explain(job.out)) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { error: error.message };
  }
});

async function surveyed(): Promise<SideReply> {
  const { seed, runs, maxSteps, corpus, seconds = Infinity } = data;
  const counters = new Int32Array(data.counters);
  opened = await openKernel(data.kernel, data.flags);
  const until = performance.now() + seconds * 1000;
  done = survey(opened.session, {
    ...{ seed, runs, maxSteps },
    corpus: [...readCorpus(undefined), ...(corpus === undefined ? [] : readCorpus(corpus))],
    goOn: () => performance.now() < until && Atomics.load(counters, SIDE_COUNTERS.stop) === 0,
    onProgress(ran, steps, found) {
      Atomics.store(counters, SIDE_COUNTERS.runs, ran);
      Atomics.store(counters, SIDE_COUNTERS.steps, steps);
      Atomics.store(counters, SIDE_COUNTERS.found, found);
    },
  });
  const causes = distinctFindings(done).map(({ cause }) => cause);
  const { costs, runs: ran, steps } = done;
  return { surveyed: { kernel: opened.kernel, causes, costs, runs: ran, steps } };
}

/** Writes a finding's reproducer, and its page where the template is built. */
const explain =
  (out: string) =>
  (cause: Cause): Finding => {
    const found = done?.findings.get(causeKey(cause));
    if (opened === undefined || found === undefined) throw new Error('explain: no such finding');
    const stem = stemOf(cause, data.seed);
    const { violation, reproducer, trace } = explained(opened, out, data.seed, found.shrunk, stem);
    const page = withPage({
      schema: 'cowcheck/1',
      command: 'gate',
      kernel: opened.kernel,
      ...{ seed: data.seed, runs: done?.runs ?? 0, steps: done?.steps ?? 0 },
      ...{ stepsPerSecond: 0, seconds: 0, verdict: 'fail', reached: {} },
      ...{ violation, reproducer, trace },
    });
    return { cause, violation, reproducer: page.reproducer ?? reproducer };
  };

/** `conservation-lost-uvmcopy-1`: one name for each cause. */
const stemOf = ({ clause, role, function: where }: Cause, seed: number): string =>
  [clause, ...(role === 'none' ? [] : [role]), where.replaceAll(/[^\w.]+/g, ''), seed].join('-');
