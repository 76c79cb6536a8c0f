import type { AnyOperation } from '../ops/index.ts';
import type { Reached } from '../reached.ts';
import { type RunResult, runSequence } from './run-sequence.ts';
import type { BaseName, RunPoint, Session } from './session.ts';

/** The sequence with a failing allocation in it that breaks a clause. */
export interface SweepFailure {
  sequence: readonly AnyOperation[];
  violation: NonNullable<RunResult['violation']>;
}

export interface SweepResult {
  /** operations that were performed and checked */
  checked: number;
  failure: SweepFailure | undefined;
}

/** Of an operation that asks for more pages than this, only so many of the first fail. */
const MOST_ALLOCATIONS = 20;

/**
 * For every operation of a sequence, and every n: runs the operation from the snapshot before it with
 * its n-th allocation failing, and then ends the sequence. Stops after every attempt; ends at the first
 * violation, or when going on with `false`.
 */
export function* sweepSteps(
  session: Session,
  base: BaseName,
  sequence: readonly AnyOperation[],
  reached?: Reached,
): Generator<number, SweepResult, boolean> {
  const points: RunPoint[] = [];
  const plain = runSequence(session, sequence, {
    base,
    onStep: (_, states) => points.push({ guest: session.guest.snapshot(), states }),
    ...(reached && { reached }),
  });
  let { checked } = plain;
  let failure = failureOf(sequence, plain);
  for (let at = 0; at < sequence.length && failure === undefined; at++) {
    const before = sequence.slice(0, at);
    for (let nth = 1; nth <= MOST_ALLOCATIONS && failure === undefined; nth++) {
      if (!(yield checked)) return finish();
      const failing = [...before, { op: 'fail-alloc', nth } as AnyOperation, sequence[at]!];
      let failed = false;
      const result = runSequence(session, failing, {
        base,
        from: { point: points[at]!, done: at, steps: plain.steps.slice(0, at) },
        onOutcome(_, outcome) {
          failed = outcome.guest.failed;
        },
        ...(reached && { reached }),
      });
      checked += result.checked;
      failure = failureOf(failing, result);
      if (!failed) break;
    }
  }
  return finish();

  function finish(): SweepResult {
    for (const point of points) session.guest.release(point.guest);
    return { checked, failure };
  }
}

const failureOf = (sequence: readonly AnyOperation[], { violation }: RunResult) =>
  violation && { sequence, violation };
