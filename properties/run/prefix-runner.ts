import type { Clause } from '../../spec/clause.ts';
import type { AnyOperation } from '../ops/index.ts';
import { serialise } from '../shrink/order.ts';
import { type PlayedStep, type RunResult, runSequence } from './run-sequence.ts';
import type { BaseName, RunPoint, Session } from './session.ts';

/** Runs many similar sequences, each from the longest beginning that it shares with the last kept one. */
export interface PrefixRunner {
  /** keeps the way it went, for the next run to start from, when it breaks `clause` */
  run(sequence: readonly AnyOperation[]): RunResult;
  /** operations that were not run again because a snapshot had them */
  readonly saved: number;
  dispose(): void;
}

/** The way of the last kept run: `points[i]` is the moment before operation i. */
interface Trail {
  keys: string[];
  points: RunPoint[];
  steps: PlayedStep[];
}

export function createPrefixRunner(session: Session, base: BaseName, clause: Clause): PrefixRunner {
  let trail: Trail = { keys: [], points: [], steps: [] };
  let saved = 0;

  const run = (sequence: readonly AnyOperation[]): RunResult => {
    const keys = sequence.map((operation) => serialise([operation]));
    let shared = 0;
    while (
      shared < keys.length &&
      shared < trail.keys.length &&
      keys[shared] === trail.keys[shared]
    ) {
      shared++;
    }
    shared = Math.min(shared, trail.points.length - 1);
    const point = shared > 0 ? trail.points[shared] : undefined;
    const done = point ? shared : 0;
    saved += done;
    const fresh: RunPoint[] = [];
    const result = runSequence(session, sequence, {
      base,
      ...(point && { from: { point, done, steps: trail.steps.slice(0, done) } }),
      onStep(at, states) {
        if (at > done || done === 0) fresh.push({ guest: session.guest.snapshot(), states });
      },
    });
    if (result.violation?.clause !== clause) {
      release(session, fresh);
      return result;
    }
    const kept = done === 0 ? [] : trail.points.slice(0, done + 1);
    release(session, trail.points.slice(kept.length));
    trail = { keys, points: [...kept, ...fresh], steps: result.steps };
    return result;
  };

  return {
    run,
    get saved() {
      return saved;
    },
    dispose: () => release(session, trail.points),
  };
}

function release(session: Session, points: readonly RunPoint[]): void {
  for (const point of points) session.guest.release(point.guest);
}
