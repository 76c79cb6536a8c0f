import { setImmediate as nextTurn } from 'node:timers/promises';
import pc from 'picocolors';
import {
  type CampaignProgress,
  type CampaignResult,
  campaignSteps,
  concludeCampaign,
} from '../../properties/campaign.ts';
import { UnknownOperationError } from '../../properties/generate.ts';
import type { CampaignOptions } from '../../properties/plan.ts';
import { createReached } from '../../properties/reached.ts';
import { type ShrunkFailure, shrinkFailureSteps } from '../../properties/run/shrink-failure.ts';
import { renderJunit } from '../../reports/junit.ts';
import { renderText } from '../../reports/text.ts';
import type { CheckResult } from '../../spec/result.ts';
import type { CheckFlags } from '../commands/check.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { writeText } from '../files.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { withPage } from '../report/render-page.ts';
import { readCorpus } from './corpus.ts';
import { coverageCommand } from './coverage-command.ts';
import { type OpenKernel, openKernel } from './open-kernel.ts';
import { type ProgressLine, progressLine } from './progress-line.ts';
import { explained } from './result-of-failure.ts';
import { runWorkers } from './run-workers.ts';

const DEFAULT_RUNS = 1000;
const SLICE_MS = 50;

/** `cowcheck check`: see its description. */
export async function checkCommand(
  this: CliContext,
  flags: CheckFlags,
  name?: string,
): Promise<void> {
  const started = this.now();
  const opened = await openKernel(name, flags);
  const { coverageOf } = flags;
  if (coverageOf !== undefined) return coverageCommand(this, opened, { ...flags, coverageOf });
  const { campaign, interrupted } = await runToEnd(this, opened, flags, name);
  const seconds = (this.now() - started) / 1000;
  const result = resultOf(opened, flags, campaign, seconds, interrupted);
  writeOutputs(flags, result);
  const paint = { good: pc.green, bad: pc.red, dim: pc.dim, strong: pc.bold };
  this.process.stdout.write(renderText(result, this.terminal.interactive ? paint : undefined));
  opened.session.dispose();
  this.process.exitCode = interrupted
    ? EXIT.interrupted
    : result.verdict === 'pass'
      ? EXIT.ok
      : EXIT.violation;
}

/**
 * Runs the campaign in slices, so that an interrupt is heard and the progress shows. One that comes too late
 * to end anything early does not count as interrupted.
 */
async function runToEnd(
  context: CliContext,
  opened: OpenKernel,
  flags: CheckFlags,
  name: string | undefined,
): Promise<{ campaign: CampaignResult; interrupted: boolean }> {
  const interrupts = listenForInterrupts(context);
  const start = context.now();
  const deadline = flags.time === undefined ? Number.POSITIVE_INFINITY : start + flags.time * 1000;
  const runs = flags.runs ?? (flags.time === undefined ? DEFAULT_RUNS : Number.MAX_SAFE_INTEGER);
  const options: CampaignOptions = {
    seed: flags.seed,
    runs,
    maxSteps: flags.maxSteps,
    corpus: readCorpus(flags.corpus),
    ...(flags.ops && { only: flags.ops }),
  };
  const line = progressLine(context, runs);
  const drain = drainer(context, line, start, () => interrupts.happened, deadline);
  const spread = flags.workers > 1;
  try {
    const first = spread ? { ...options, runs: 0 } : options;
    let campaign = await drain(campaignSteps(opened.session, first));
    if (spread && campaign.complete && campaign.failure === undefined) {
      campaign = await spreadOver(
        context,
        opened,
        flags,
        name,
        options,
        campaign,
        drain,
        line,
        () => !interrupts.happened && context.now() < deadline,
      );
    }
    const through = campaign.complete && campaign.failure === undefined;
    return { campaign, interrupted: interrupts.happened && !through };
  } catch (error) {
    if (error instanceof UnknownOperationError) throw new UsageError(error.message);
    throw error;
  } finally {
    line.end();
    interrupts.stop();
  }
}

type Steps<T> = Generator<CampaignProgress | undefined, T, boolean>;
type Drain = <T>(work: Steps<T>) => Promise<T>;

/** Takes steps to their end, with a turn for the rest of the process now and then. */
function drainer(
  context: CliContext,
  line: ProgressLine,
  start: number,
  interrupted: () => boolean,
  deadline: number,
): Drain {
  return async (work) => {
    await nextTurn();
    let slice = context.now();
    let next = work.next(true);
    while (!next.done) {
      const now = context.now();
      if (now - slice > SLICE_MS) {
        slice = now;
        if (next.value) line.show(next.value, now - start);
        await nextTurn();
      }
      const shrinking = next.value === undefined || next.value.phase === 'shrinking';
      next = work.next(!interrupted() && (shrinking || now < deadline));
    }
    return next.value;
  };
}

/** The random sequences of a campaign on several threads; a failure is shrunk here. */
async function spreadOver(
  context: CliContext,
  { session }: OpenKernel,
  flags: CheckFlags,
  name: string | undefined,
  options: CampaignOptions,
  before: CampaignResult,
  drain: Drain,
  line: ProgressLine,
  goOn: () => boolean,
): Promise<CampaignResult> {
  const start = context.now();
  const { fs, harts, memory, plugin, refcount } = flags;
  const kernelFlags = {
    harts,
    memory,
    ...(fs !== undefined && { fs }),
    ...(plugin && { plugin }),
    ...(refcount !== undefined && { refcount }),
  };
  const data = { kernel: name, flags: kernelFlags };
  const part = await runWorkers(data, flags.workers, options, goOn, (runs, steps) =>
    line.show({ phase: 'random', runs, steps: before.steps + steps }, context.now() - start),
  );
  const reached = createReached();
  for (const counts of [before.reached, ...part.reached]) reached.add(counts);
  const done = {
    runs: part.runs,
    steps: before.steps + part.steps,
    reached: reached.all(),
    complete: part.runs >= options.runs,
  };
  if (part.failure === undefined) return concludeCampaign(session, done, options);
  const { base, sequence, violation } = part.failure;
  const failure = await drain(
    shrinkFailureSteps(session, base, sequence, violation) as Steps<ShrunkFailure>,
  );
  return concludeCampaign(session, done, options, failure);
}

function resultOf(
  opened: OpenKernel,
  flags: CheckFlags,
  campaign: CampaignResult,
  seconds: number,
  interrupted: boolean,
): CheckResult {
  const missing = Object.fromEntries(campaign.missing.map((situation) => [situation, 0]));
  const result: CheckResult = {
    schema: 'cowcheck/1',
    command: 'check',
    kernel: opened.kernel,
    seed: flags.seed,
    runs: campaign.runs,
    steps: campaign.steps,
    stepsPerSecond: campaign.steps / seconds,
    seconds,
    verdict: interrupted && campaign.verdict === 'pass' ? 'inconclusive' : campaign.verdict,
    ...(interrupted && { interrupted }),
    reached: { ...campaign.reached, ...missing },
  };
  if (campaign.failure === undefined) return result;
  return withPage({ ...result, ...explained(opened, flags.out, flags.seed, campaign.failure) });
}

function writeOutputs(flags: CheckFlags, result: CheckResult): void {
  if (flags.json !== undefined) writeText(flags.json, `${JSON.stringify(result, null, 2)}\n`);
  if (flags.junit !== undefined) writeText(flags.junit, renderJunit(result));
}
