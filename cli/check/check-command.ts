import { setImmediate as nextTurn } from 'node:timers/promises';
import pc from 'picocolors';
import {
  type CampaignOptions,
  type CampaignProgress,
  type CampaignResult,
  campaignSteps,
} from '../../properties/campaign.ts';
import { UnknownOperationError } from '../../properties/generate.ts';
import { renderJunit } from '../../reports/junit.ts';
import { renderText } from '../../reports/text.ts';
import type { CheckResult } from '../../spec/result.ts';
import type { CheckFlags } from '../commands/check.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { writeText } from '../files.ts';
import { withPage } from '../report/render-page.ts';
import { readCorpus } from './corpus.ts';
import { type OpenKernel, openKernel } from './open-kernel.ts';
import { progressLine } from './progress-line.ts';
import { explained } from './result-of-failure.ts';

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
  const { campaign, interrupted } = await runToEnd(this, opened, flags);
  const seconds = (this.now() - started) / 1000;
  const result = resultOf(opened, flags, campaign, seconds);
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

/** Runs the campaign in slices, so that an interrupt is heard and the progress shows. */
async function runToEnd(
  context: CliContext,
  { session }: OpenKernel,
  flags: CheckFlags,
): Promise<{ campaign: CampaignResult; interrupted: boolean }> {
  let interrupted = false;
  const stopListening = context.terminal.onInterrupt(() => {
    interrupted = true;
  });
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
  try {
    const work = campaignSteps(session, options);
    let slice = start;
    let next = work.next();
    while (!next.done) {
      const now = context.now();
      if (now - slice > SLICE_MS) {
        slice = now;
        line.show(next.value, now - start);
        await nextTurn();
      }
      const shrinking = (next.value as CampaignProgress).phase === 'shrinking';
      next = work.next(!interrupted && (shrinking || now < deadline));
    }
    return { campaign: next.value, interrupted };
  } catch (error) {
    if (error instanceof UnknownOperationError) throw new UsageError(error.message);
    throw error;
  } finally {
    line.end();
    stopListening();
  }
}

function resultOf(
  opened: OpenKernel,
  flags: CheckFlags,
  campaign: CampaignResult,
  seconds: number,
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
    verdict: campaign.verdict,
    reached: { ...campaign.reached, ...missing },
  };
  if (campaign.failure === undefined) return result;
  return withPage({ ...result, ...explained(opened, flags.out, flags.seed, campaign.failure) });
}

function writeOutputs(flags: CheckFlags, result: CheckResult): void {
  if (flags.json !== undefined) writeText(flags.json, `${JSON.stringify(result, null, 2)}\n`);
  if (flags.junit !== undefined) writeText(flags.junit, renderJunit(result));
}
