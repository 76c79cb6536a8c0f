import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareSurveys } from '../../properties/gate/compare.ts';
import { gateAnnotations } from '../../reports/github.ts';
import { renderGateJunit } from '../../reports/junit.ts';
import { renderGateMarkdown } from '../../reports/markdown.ts';
import type { Cause, Finding, GateResult } from '../../spec/gate.ts';
import type { Verdict } from '../../spec/result.ts';
import type { GateFlags } from '../commands/gate.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { writeText } from '../files.ts';
import { keepInCorpus } from './keep-in-corpus.ts';
import { type Side, startSide } from './side.ts';

const TTY_EVERY_MS = 250;
const PLAIN_EVERY_MS = 5000;
const CLEAR_LINE = '\r\x1b[K';

interface Sides {
  base: Side;
  head: Side;
}

/** `cowcheck gate`: see its description. */
export async function gateCommand(this: CliContext, flags: GateFlags): Promise<void> {
  if (flags.maxCost !== undefined && !(flags.maxCost >= 0)) {
    throw new UsageError('--max-cost wants a percentage, for example 20');
  }
  if (flags.corpus !== undefined) mkdirSync(flags.corpus, { recursive: true });
  const { base, baseFs, baseCopying, head, headFs = baseFs, headCopying } = flags;
  const sides: Sides = {
    base: side(flags, base, baseFs, baseCopying),
    head: side(flags, head, headFs, headCopying),
  };
  let interrupted = false;
  const stopListening = this.terminal.onInterrupt(() => {
    interrupted = true;
    sides.base.stop();
    sides.head.stop();
  });
  try {
    const result = await compare(this, flags, sides, () => interrupted);
    writeOutputs(this, flags, result);
    const passed = result.verdict === 'pass';
    this.process.exitCode = interrupted ? EXIT.interrupted : passed ? EXIT.ok : EXIT.violation;
  } finally {
    stopListening();
    await Promise.all([sides.base.close(), sides.head.close()]);
  }
}

function side(flags: GateFlags, kernel: string, fs: string | undefined, copying: boolean): Side {
  const { seed, runs, maxSteps, memory, time, corpus } = flags;
  return startSide({
    kernel,
    flags: { harts: 1, memory, copying, ...(fs !== undefined && { fs }) },
    ...{ seed, runs, maxSteps },
    ...(time !== undefined && { seconds: time }),
    ...(corpus !== undefined && { corpus }),
  });
}

async function compare(
  context: CliContext,
  flags: GateFlags,
  sides: Sides,
  interrupted: () => boolean,
): Promise<GateResult> {
  const start = context.now();
  const stopShowing = showProgress(context, sides);
  const [base, head] = await Promise.all([sides.base.survey(), sides.head.survey()]).finally(
    stopShowing,
  );
  const { costs, ...causes } = compareSurveys(base, head, flags.maxCost);
  const keep = (of: Side, which: readonly Cause[], folder: string): Promise<Finding[]> =>
    of.explain(which, join(flags.out, folder));
  const broken = await keep(sides.head, causes.broken, '');
  const before = await keep(sides.head, causes.before, 'before');
  const mended = await keep(sides.base, causes.mended, 'mended');
  for (const { reproducer } of [...broken, ...before, ...mended]) {
    if (flags.corpus !== undefined && reproducer) keepInCorpus(flags.corpus, reproducer.steps);
  }
  const red = broken.length > 0 || costs.some((row) => row.exceeds);
  const unclear: Verdict = interrupted() || head.steps === 0 ? 'inconclusive' : 'pass';
  return {
    schema: 'cowcheck/1',
    command: 'gate',
    base: base.kernel,
    head: head.kernel,
    seed: flags.seed,
    runs: head.runs,
    steps: head.steps,
    seconds: (context.now() - start) / 1000,
    verdict: red ? 'fail' : unclear,
    ...{ broken, mended, before, costs },
  };
}

/** One live line on a terminal, a plain line now and then elsewhere. Returns the way to end it. */
function showProgress({ process, terminal }: CliContext, { base, head }: Sides): () => void {
  const text = () => `base: ${base.progress()} · head: ${head.progress()}`;
  const timer = setInterval(
    () => process.stderr.write(terminal.interactive ? `${CLEAR_LINE}${text()}` : `${text()}\n`),
    terminal.interactive ? TTY_EVERY_MS : PLAIN_EVERY_MS,
  );
  return () => {
    clearInterval(timer);
    if (terminal.interactive) process.stderr.write(CLEAR_LINE);
  };
}

function writeOutputs(context: CliContext, flags: GateFlags, result: GateResult): void {
  const { stdout } = context.process;
  const markdown = renderGateMarkdown(result);
  stdout.write(markdown);
  if (flags.json !== undefined) writeText(flags.json, `${JSON.stringify(result, null, 2)}\n`);
  if (flags.junit !== undefined) writeText(flags.junit, renderGateJunit(result));
  if (flags.markdown !== undefined) writeText(flags.markdown, markdown);
  const { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY } = process.env;
  if (GITHUB_STEP_SUMMARY !== undefined && flags.markdown === undefined) {
    appendFileSync(GITHUB_STEP_SUMMARY, markdown);
  }
  if (GITHUB_ACTIONS !== 'true') return;
  for (const line of gateAnnotations(result, flags.sourceRoot)) stdout.write(`${line}\n`);
}
