import { MUTANT_BOUNDS } from '../../properties/explore/alphabet.ts';
import { exploreHere } from '../../properties/explore/explore-here.ts';
import type { Clause } from '../../spec/clause.ts';
import { openKernel } from '../check/open-kernel.ts';
import { UsageError } from '../exit-codes.ts';
import { serve } from './serve.ts';

/** A mutant to explore, by a thread of its own. */
export interface ExploreMutantJob {
  kernel: string;
  /** operations in a row, at most */
  depth: number;
}

export interface ExploreMutantReply {
  /** the clause that the first violation breaks, and the operations before it */
  found?: { clause: Clause; operations: number };
  transitions: number;
  seconds: number;
  /** why the kernel could not be explored at all */
  error?: string;
}

serve<ExploreMutantJob, ExploreMutantReply>(async ({ kernel, depth }) => {
  const start = performance.now();
  try {
    const { session } = await openKernel(kernel, { harts: 1, memory: 128 });
    const { violation, operations } = await exploreHere(session, { ...MUTANT_BOUNDS, depth });
    session.dispose();
    const transitions = Object.values(operations).reduce((sum, times) => sum + times, 0);
    const found = violation && {
      clause: violation.violation.clause,
      operations: violation.path.length,
    };
    const seconds = (performance.now() - start) / 1000;
    return { transitions, seconds, ...(found && { found }) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { transitions: 0, seconds: 0, error: error.message };
  }
});
