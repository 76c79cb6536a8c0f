import { writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { loadPlugins, syntaxOf } from '../../properties/plugin.ts';
import { entryOf } from '../../properties/reproduce/index.ts';
import { printLine } from '../../properties/run/describe.ts';
import { explain } from '../../properties/run/explain.ts';
import { type RunResult, runSequence } from '../../properties/run/run-sequence.ts';
import { violationLine } from '../../reports/violation.ts';
import type { Sequence } from '../../spec/operation.ts';
import type { CheckResult } from '../../spec/result.ts';
import type { ReplayFlags } from '../commands/replay.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { readSteps } from './corpus.ts';
import { type OpenKernel, openKernel } from './open-kernel.ts';

/** `cowcheck replay`: see its description. */
export async function replayCommand(
  this: CliContext,
  flags: ReplayFlags,
  ...files: string[]
): Promise<void> {
  const syntax = syntaxOf(await loadPlugins(flags.plugin ?? []));
  const sequences = files.map((file) => ({ file, sequence: readSteps(file, syntax) }));
  const opened = new Map<string, OpenKernel>();
  const interrupts = listenForInterrupts(this);
  let violations = 0;
  let done = 0;
  try {
    for (const { file, sequence } of sequences) {
      const name = flags.kernel ?? sequence.notes.kernel ?? 'cow';
      const kernel = opened.get(name) ?? (await openKernel(name, flags));
      opened.set(name, kernel);
      await nextTurn();
      if (interrupts.happened) break;
      done++;
      const started = this.now();
      const entry = entryOf(file, sequence);
      const run = runSequence(kernel.session, entry.sequence, { base: entry.base });
      this.process.stdout.write(describe(file, kernel, sequence, run));
      if (run.violation !== undefined) violations++;
      if (flags.json !== undefined) {
        const seconds = (this.now() - started) / 1000;
        writeJson(flags.json, resultOf(kernel, sequence, file, run, seconds));
      }
    }
  } finally {
    interrupts.stop();
    for (const { session } of opened.values()) session.dispose();
  }
  if (done < files.length) {
    this.process.stderr.write(`interrupted: ${done} of ${files.length} files were replayed\n`);
    this.process.exitCode = EXIT.interrupted;
    return;
  }
  this.process.exitCode = violations === 0 ? EXIT.ok : EXIT.violation;
}

/** Every step with what came of it, and how that compares with what the file expects. */
function describe(
  file: string,
  { name: kernel, session: { syntax } }: OpenKernel,
  sequence: Sequence,
  run: RunResult,
): string {
  const lines = run.steps.map((step, at) => {
    const received = step.done ? step.received : 'skipped: not possible here';
    const same = received === step.expected;
    const remark = same ? received : `${received} (expected ${step.expected})`;
    return `  ${at + 1}. ${printLine(step.operation, syntax)} => ${remark}`;
  });
  const { violation } = run;
  const shown = violation?.clause ?? 'pass';
  const verdict =
    shown === sequence.expects
      ? `as expected: ${shown}`
      : `expected ${sequence.expects}, found ${shown}`;
  return [
    `${file} on ${kernel}: ${verdict}`,
    ...lines,
    ...(violation ? [violationLine(violation, file, kernel), `  ${violation.message}`] : []),
    '',
  ].join('\n');
}

function resultOf(
  { session, kernel }: OpenKernel,
  sequence: Sequence,
  file: string,
  run: RunResult,
  seconds: number,
): CheckResult {
  const base: CheckResult = {
    schema: 'cowcheck/1',
    command: 'replay',
    kernel,
    seed: Number(sequence.notes.seed ?? 0),
    runs: 1,
    steps: run.checked,
    stepsPerSecond: run.checked / Math.max(seconds, 0.001),
    seconds,
    verdict: run.violation ? 'fail' : 'pass',
    reached: {},
  };
  if (run.violation === undefined) return base;
  const entry = entryOf(file, sequence);
  const { trace, violation } = explain(session, {
    base: entry.base,
    sequence: entry.sequence,
    steps: run.steps,
    violation: run.violation,
    originalLength: entry.sequence.length,
    minimal: false,
    work: {},
  });
  return { ...base, violation, trace };
}

function writeJson(path: string, result: CheckResult): void {
  try {
    writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${(error as Error).message}`);
  }
}
