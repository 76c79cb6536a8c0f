import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reproducerInC, stepsOf } from '../../properties/reproduce/index.ts';
import { explain } from '../../properties/run/explain.ts';
import type { ShrunkFailure } from '../../properties/run/shrink-failure.ts';
import type { CheckResult, Reproducer } from '../../spec/result.ts';
import { printSteps } from '../../spec/steps.ts';
import { UsageError } from '../exit-codes.ts';
import type { OpenKernel } from './open-kernel.ts';

/** What a failure adds to a result: the violation with its source lines, the reproducer's files, the trace. */
export function explained(
  opened: OpenKernel,
  out: string,
  seed: number,
  failure: ShrunkFailure,
  stem?: string,
): Required<Pick<CheckResult, 'violation' | 'reproducer' | 'trace'>> {
  const { trace, violation } = explain(opened.session, failure);
  return { violation, reproducer: writeReproducer(opened, out, seed, failure, stem), trace };
}

/** Writes the .steps file and the C program of a failure; `stem` names them. */
export function writeReproducer(
  { session, name }: OpenKernel,
  out: string,
  seed: number,
  failure: ShrunkFailure,
  stem = `${failure.violation.clause}-${seed}`,
): Reproducer {
  const { base, violation, sequence, steps: played, originalLength } = failure;
  const steps = join(out, `${stem}.steps`);
  const c = join(out, `${stem}.c`);
  const notes = { kernel: name, seed, base, violation };
  const texts = [
    [steps, printSteps(stepsOf(sequence, played, notes), session.syntax)],
    [c, reproducerInC(session, failure)],
  ] as const;
  try {
    mkdirSync(out, { recursive: true });
    for (const [path, text] of texts) writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`cannot write to ${out}: ${(error as Error).message}; choose --out`);
  }
  return { steps, c, originalLength, length: sequence.length };
}
