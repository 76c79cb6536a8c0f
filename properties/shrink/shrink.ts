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
  /** called before every attempt; returning false ends the work with the best so far */
  goOn?: () => boolean;
}

export interface Shrunk {
  sequence: Sequence;
  /** false when `goOn` ended the work: the sequence fails, but may not be 1-minimal */
  minimal: boolean;
  /** per pass: candidates run, and those that became the new best */
  work: Record<string, { tried: number; accepted: number }>;
  /** candidates answered from the memo */
  remembered: number;
}

/**
 * The smallest sequence that the passes reach and that still fails. `original` must fail. The result is
 * 1-minimal: leaving out any one operation makes the failure disappear (unless ended early).
 */
export function shrink(original: Sequence, options: ShrinkOptions): Shrunk {
  const memo = new Set<string>();
  const work: Shrunk['work'] = Object.fromEntries(
    PASSES.map((pass) => [pass.name, { tried: 0, accepted: 0 }]),
  );
  let best = original;
  let remembered = 0;
  let stopped = false;

  /** Tries proposals of a pass until one is accepted; true when the best changed. */
  const advance = (pass: (typeof PASSES)[number]): boolean => {
    const count = work[pass.name]!;
    for (const candidate of pass.propose(best, options.simpler)) {
      if (compareSequences(candidate, best) >= 0) continue;
      const key = serialise(candidate);
      if (memo.has(key)) {
        remembered++;
        continue;
      }
      if (options.goOn?.() === false) {
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
  };

  let changed = true;
  while (changed && !stopped) {
    changed = false;
    for (const pass of PASSES) {
      while (!stopped && advance(pass)) changed = true;
    }
  }
  return { sequence: best, minimal: !stopped, work, remembered };
}
