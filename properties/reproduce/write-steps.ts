import type { Operation, Sequence, Step } from '../../spec/operation.ts';
import type { Violation } from '../../spec/result.ts';
import type { AnyOperation } from '../ops/index.ts';
import type { CorpusEntry } from '../plan.ts';
import type { PlayedStep } from '../run/run-sequence.ts';
import type { BaseName } from '../run/session.ts';

/** What is kept of a failure beside its operations. */
export interface StepsNotes {
  kernel: string;
  seed?: number;
  base: BaseName;
  violation: Violation;
}

/** A failing sequence as a .steps file keeps it: each step with what a correct kernel does. */
export function stepsOf(
  sequence: readonly AnyOperation[],
  played: readonly PlayedStep[],
  { kernel, seed, base, violation }: StepsNotes,
): Sequence {
  const steps = sequence.map((operation, at): Step => {
    const expected = played[at]?.expected;
    const kept = operation as Operation;
    return expected === undefined || expected === '?'
      ? { operation: kept }
      : { operation: kept, expected };
  });
  return {
    steps,
    expects: violation.clause,
    notes: {
      kernel,
      ...(seed !== undefined && { seed: String(seed) }),
      base,
      message: violation.message,
    },
  };
}

const BASES: readonly BaseName[] = ['roomy', 'tight', 'writable'];

/** What `replay` and the corpus run of a .steps file. */
export function entryOf(name: string, { steps, notes }: Sequence): CorpusEntry {
  return {
    name,
    base: BASES.find((base) => base === notes.base) ?? 'tight',
    sequence: steps.map((step) => step.operation),
  };
}
