import { campaignSteps, runCampaign } from '../../properties/campaign.ts';
import type { CheckResult, Verdict } from '../../spec/result.ts';
import { readCorpus } from '../check/corpus.ts';
import { type KernelFlags, openKernel } from '../check/open-kernel.ts';
import { explained } from '../check/result-of-failure.ts';
import { UsageError } from '../exit-codes.ts';
import { serve } from './serve.ts';

/** One kernel to check, by a thread of its own. */
export interface CheckJob {
  kernel: string;
  flags: KernelFlags;
  seed: number;
  /** random sequences, at most */
  runs: number;
  /** seconds, shrinking not counted */
  seconds: number;
  maxSteps: number;
  /** where a reproducer goes; none is written when absent */
  out?: string;
  /** replay the bundled corpus before the random sequences, or after them if they find nothing */
  corpus: 'first' | 'last';
}

export interface CheckReply {
  verdict: Verdict;
  runs: number;
  steps: number;
  seconds: number;
  kernel?: CheckResult['kernel'];
  violation?: NonNullable<CheckResult['violation']>;
  /** operations of the shrunk sequence */
  length?: number;
  reproducer?: NonNullable<CheckResult['reproducer']>;
  /** the corpus caught it, not the random sequences */
  byCorpus?: boolean;
  /** why the kernel could not be checked at all */
  error?: string;
}

serve<CheckJob, CheckReply>(async (job) => {
  try {
    return await check(job);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { verdict: 'inconclusive', runs: 0, steps: 0, seconds: 0, error: error.message };
  }
});

async function check(job: CheckJob): Promise<CheckReply> {
  const opened = await openKernel(job.kernel, job.flags);
  const { session, kernel } = opened;
  const start = performance.now();
  const { seed, runs, maxSteps } = job;
  const corpus = readCorpus(undefined);
  const first = job.corpus === 'first' ? corpus : [];
  const work = campaignSteps(session, { seed, runs, maxSteps, corpus: first });
  let seconds: number | undefined;
  let next = work.next();
  while (!next.done) {
    const shrinking = next.value.phase === 'shrinking';
    const now = (performance.now() - start) / 1000;
    if (shrinking) seconds ??= now;
    next = work.next(shrinking || now < job.seconds);
  }
  seconds ??= (performance.now() - start) / 1000;
  const random = next.value;
  const byCorpus = job.corpus === 'last' && random.failure === undefined;
  const { verdict, failure } = byCorpus
    ? runCampaign(session, { seed, runs: 0, maxSteps, corpus })
    : random;
  const reply: CheckReply = { verdict, runs: random.runs, steps: random.steps, seconds, kernel };
  if (byCorpus && failure !== undefined) reply.byCorpus = true;
  if (failure !== undefined) {
    reply.length = failure.sequence.length;
    const found = job.out === undefined ? failure : explained(opened, job.out, seed, failure);
    reply.violation = found.violation;
    if ('reproducer' in found) reply.reproducer = found.reproducer;
  }
  session.dispose();
  return reply;
}
