import type { AnyOperation } from '../ops/definition.ts';
import { compareSequences, serialise } from './order.ts';
import { PASSES, type Sequence } from './passes.ts';

/** Length of the failing part and what failed; undefined when the sequence does not fail the same way. */
export type Attempt = (sequence: Sequence) => { length: number } | undefined;

export interface ShrinkOptions {
  /** the same operation with simpler arguments */
  simpler: (operation: AnyOperation) => Iterable<AnyOperation>;
  /** runs a candidate: does it fail as the original did? */
  attempt: Attempt;
}

export interface Shrunk {
  sequence: Sequence;
  /** false when the work was ended early: the sequence fails, but may not be 1-minimal */
  minimal: boolean;
  /** per pass: candidates run, and those that became the new best */
  work: Record<string, { tried: number; accepted: number }>;
  /** candidates answered from the memo */
  remembered: number;
}

/**
 * The smallest sequence that the passes reach and that still fails. `original` must fail. The result is
 * 1-minimal: leaving out any one operation makes the failure disappear.
 */
export function shrink(original: Sequence, options: ShrinkOptions): Shrunk {
  const work = shrinkSteps(original, options);
  for (;;) {
    const next = work.next(true);
    if (next.done) return next.value;
  }
}

/** As `shrink`, stopping before every attempt: going on with `false` ends it with the best so far. */
export function* shrinkSteps(
  original: Sequence,
  options: ShrinkOptions,
): Generator<void, Shrunk, boolean> {
  const memo = new Set<string>();
  const work: Shrunk['work'] = Object.fromEntries(
    PASSES.map((pass) => [pass.name, { tried: 0, accepted: 0 }]),
  );
  let best = original;
  let remembered = 0;
  let stopped = false;

  /** Tries proposals of a pass until one is accepted; true when the best changed. */
  function* advance(pass: (typeof PASSES)[number]): Generator<void, boolean, boolean> {
    const count = work[pass.name]!;
    for (const candidate of pass.propose(best, options.simpler)) {
      if (compareSequences(candidate, best) >= 0) continue;
      const key = serialise(candidate);
      if (memo.has(key)) {
        remembered++;
        continue;
      }
      if ((yield) === false) {
        stopped = true;
        return false;
      }
      memo.add(key);
      count.tried++;
      const failed = options.attempt(candidate);
      if (failed === undefined) continue;
      count.accepted++;
      best = candidate.slice(0, failed.length);
      return true;
    }
    return false;
  }

  let changed = true;
  while (changed && !stopped) {
    changed = false;
    for (const pass of PASSES) {
      while (!stopped && (yield* advance(pass))) changed = true;
    }
  }
  return { sequence: best, minimal: !stopped, work, remembered };
}
