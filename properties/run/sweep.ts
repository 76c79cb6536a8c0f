import type { Violation } from '../../spec/result.ts';
import type { AnyOperation } from '../ops/index.ts';
import type { Reached } from '../reached.ts';
import { runSequence } from './run-sequence.ts';
import type { StepOutcome } from './run-step.ts';
import type { BaseName, RunPoint, Session } from './session.ts';

/** One run of a sequence; the guest still stands where it ended until the next attempt is asked for. */
export interface Attempt {
  /** as it was run: with the failing allocation in it */
  sequence: readonly AnyOperation[];
  violation: Violation | undefined;
  /** operations that were performed and checked */
  checked: number;
}

export interface AttemptHooks {
  reached?: Reached;
  /** called after each operation of the sequence as it stands, not when an allocation is made to fail */
  onOutcome?: (at: number, outcome: StepOutcome) => void;
}

/** Of an operation that asks for more pages than this, only so many of the first fail. */
const MOST_ALLOCATIONS = 20;

/**
 * Runs a sequence as it stands; then, for every operation that it came to and every n, runs the operation
 * from the snapshot before it with its n-th allocation failing, and ends the sequence. Goes on behind a
 * violation, as long as it is asked to.
 */
export function* sweepAttempts(
  session: Session,
  base: BaseName,
  sequence: readonly AnyOperation[],
  { reached, onOutcome }: AttemptHooks = {},
): Generator<Attempt, void, void> {
  const points: RunPoint[] = [];
  const noting = reached && { reached };
  try {
    const { steps, checked, violation } = runSequence(session, sequence, {
      base,
      onStep: (_, states) => points.push({ guest: session.guest.snapshot(), states }),
      ...(onOutcome && { onOutcome }),
      ...noting,
    });
    yield { sequence, violation, checked };
    for (const [at, operation] of sequence.slice(0, points.length).entries()) {
      const from = { point: points[at]!, done: at, steps: steps.slice(0, at) };
      for (let nth = 1; nth <= MOST_ALLOCATIONS; nth++) {
        const failing: AnyOperation = { op: 'fail-alloc', nth } as AnyOperation;
        const attempt = [...sequence.slice(0, at), failing, operation];
        let failed = false;
        const result = runSequence(session, attempt, {
          base,
          from,
          onOutcome(_, { guest }) {
            failed = guest.failed;
          },
          ...noting,
        });
        yield { sequence: attempt, violation: result.violation, checked: result.checked };
        if (!failed) break;
      }
    }
  } finally {
    for (const point of points) session.guest.release(point.guest);
  }
}
