import { appendFileSync } from 'node:fs';
import { type Comparison, compareSurveys } from '../../properties/gate/compare.ts';
import { type Survey, type SurveyFinding, survey } from '../../properties/gate/survey.ts';
import { renderAnnotation } from '../../reports/github.ts';
import { renderJunit } from '../../reports/junit.ts';
import { renderGateMarkdown } from '../../reports/markdown.ts';
import type { Finding, GateResult } from '../../spec/gate.ts';
import type { CheckResult } from '../../spec/result.ts';
import { readCorpus } from '../check/corpus.ts';
import { type OpenKernel, openKernel } from '../check/open-kernel.ts';
import { explained } from '../check/result-of-failure.ts';
import type { GateFlags } from '../commands/gate.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { writeText } from '../files.ts';
import { keepInCorpus } from './keep-in-corpus.ts';

/** `cowcheck gate`: see its description. */
export async function gateCommand(this: CliContext, flags: GateFlags): Promise<void> {
  if (flags.maxCost !== undefined && !(flags.maxCost >= 0)) {
    throw new UsageError('--max-cost wants a percentage, for example 20');
  }
  const start = this.now();
  const headFs = flags.headFs ?? flags.baseFs;
  const base = await openSide(flags.base, flags.baseFs, flags.memory);
  const baseSurvey = surveyOf(this, base, flags, 'base');
  const head = await openSide(flags.head, headFs, flags.memory);
  const headSurvey = surveyOf(this, head, flags, 'head');
  const compared = compareSurveys(baseSurvey, headSurvey, flags.maxCost);
  const result = resultOf({ base, head, flags, compared, headSurvey });
  result.seconds = (this.now() - start) / 1000;
  base.session.dispose();
  head.session.dispose();
  writeOutputs(this, flags, result);
  this.process.exitCode = result.verdict === 'pass' ? EXIT.ok : EXIT.violation;
}

const openSide = (name: string, fs: string | undefined, memory: number): Promise<OpenKernel> =>
  openKernel(name, { harts: 1, memory, ...(fs !== undefined && { fs }) });

function surveyOf(context: CliContext, of: OpenKernel, flags: GateFlags, side: string): Survey {
  const start = context.now();
  const until = flags.time === undefined ? Infinity : start + flags.time * 1000;
  let last = start;
  return survey(of.session, {
    seed: flags.seed,
    runs: flags.runs,
    maxSteps: flags.maxSteps,
    corpus: readCorpus(flags.corpus),
    goOn: () => context.now() < until,
    onProgress(runs, steps, found) {
      const now = context.now();
      if (now - last < 1000) return;
      last = now;
      const text = `${side} ${of.name}: ${runs} sequences, ${steps} operations, ${found} found`;
      context.process.stderr.write(context.terminal.interactive ? `\r\x1b[K${text}` : `${text}\n`);
    },
  });
}

interface Sides {
  base: OpenKernel;
  head: OpenKernel;
  flags: GateFlags;
  compared: Comparison;
  headSurvey: Survey;
}

function resultOf({ base, head, flags, compared, headSurvey }: Sides): GateResult {
  const { costs } = compared;
  const broken = compared.broken.map((found) => keep(head, flags, found));
  const dear = costs.some((row) => row.exceeds);
  return {
    schema: 'cowcheck/1',
    command: 'gate',
    base: base.kernel,
    head: head.kernel,
    seed: flags.seed,
    runs: headSurvey.runs,
    steps: headSurvey.steps,
    seconds: 0,
    verdict: broken.length > 0 || dear ? 'fail' : headSurvey.steps > 0 ? 'pass' : 'inconclusive',
    broken,
    mended: compared.mended.map((found) => keep(base, flags, found)),
    before: compared.before.map((found) => keep(head, flags, found)),
    costs,
  };
}

/** Writes a finding's reproducer, also to the corpus. */
function keep(side: OpenKernel, flags: GateFlags, { cause, shrunk }: SurveyFinding): Finding {
  const { violation, reproducer } = explained(side, flags.out, flags.seed, shrunk);
  if (flags.corpus !== undefined) keepInCorpus(flags.corpus, reproducer.steps);
  return { cause, violation, reproducer };
}

function writeOutputs(context: CliContext, flags: GateFlags, result: GateResult): void {
  const markdown = renderGateMarkdown(result);
  context.process.stdout.write(context.terminal.interactive ? `\r\x1b[K${markdown}` : markdown);
  if (flags.json !== undefined) writeText(flags.json, `${JSON.stringify(result, null, 2)}\n`);
  if (flags.junit !== undefined) writeText(flags.junit, renderJunit(headResult(result)));
  if (flags.markdown !== undefined) writeText(flags.markdown, markdown);
  const { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY } = process.env;
  if (GITHUB_STEP_SUMMARY !== undefined && flags.markdown === undefined) {
    appendFileSync(GITHUB_STEP_SUMMARY, markdown);
  }
  if (GITHUB_ACTIONS !== 'true') return;
  for (const { violation, reproducer } of result.broken) {
    const line = renderAnnotation(violation, reproducer?.steps, flags.sourceRoot);
    context.process.stdout.write(`${line}\n`);
  }
}

/** The head's part of the gate as the result of a check: its first new violation. */
function headResult({
  head,
  seed,
  runs,
  steps,
  seconds,
  verdict,
  broken,
}: GateResult): CheckResult {
  const first = broken[0];
  return {
    schema: 'cowcheck/1',
    command: 'gate',
    kernel: head,
    ...{ seed, runs, steps, seconds, verdict },
    stepsPerSecond: steps / Math.max(seconds, 1e-3),
    reached: {},
    ...(first !== undefined && {
      violation: first.violation,
      ...(first.reproducer && { reproducer: first.reproducer }),
    }),
  };
}
