import { type Bounds, bootRow, layoutOf } from './bounds.ts';
import { enterRows } from './checkpoint.ts';
import type { Finding, Job } from './expand.ts';
import { printAction } from './print-action.ts';
import type { Ranges } from './ranges.ts';
import { digestOf, printDigest } from './search.ts';
import { asIs, canonicalizer } from './symmetry.ts';
import { startThreads } from './threads.ts';
import { allActions } from './transitions.ts';
import { allocateVisited } from './visited.ts';

export interface VerifyOptions {
  bounds: Bounds;
  model: string;
  /** merge states that differ only in names, as the search that found them did; default true */
  symmetry?: boolean;
  /** the states claimed to be all there are, one row after the other */
  rows: Uint8Array;
  /** one of `every` states is expanded again; the seed chooses which */
  sample: { every: number; seed: number };
  workers?: number;
  signal?: AbortSignal;
}

export interface Verification {
  states: number;
  digest: string;
  /** states expanded again, and the transitions out of them */
  expanded: number;
  transitions: number;
  /** what speaks against the claim, as a sentence */
  problem?: string;
}

/**
 * Holds a set of states against the model: the first state is in it, none is in it twice, and of a
 * sample every state keeps every clause and every operation leads, as the clauses demand, to a state of
 * the set. With `every` 1 this proves that no state outside of it can be reached, whoever made it. Throws
 * a RangeError when a state is listed twice.
 */
export async function verifyCore(options: VerifyOptions): Promise<Verification> {
  const { bounds, model, rows, sample } = options;
  const l = layoutOf(bounds);
  const states = rows.length / l.size;
  const memory = allocateVisited(l.size, states);
  const symmetry = options.symmetry ?? true;
  const ranges: Ranges = [[0, states]];
  const visited = enterRows(memory, { arena: rows }, [ranges]);
  const job: Job = { bounds, model, symmetry, memory, sample };
  const threads = startThreads(job, options.workers ?? 1, options.signal);
  try {
    const { shares } = await threads.expand(ranges);
    const boot = new Uint8Array(l.size);
    (symmetry ? canonicalizer(l) : asIs)(bootRow(l), boot);
    const finding = shares.find((share) => share.finding)?.finding;
    const problem = visited.has(boot) ? finding && sentence(finding) : 'the first state is missing';
    return {
      states,
      digest: printDigest(digestOf(visited, [ranges])),
      expanded: shares.reduce((sum, share) => sum + share.rows, 0),
      transitions: shares.reduce(
        (sum, share) => sum + share.transitions.reduce((a, b) => a + b),
        0,
      ),
      ...(problem !== undefined && { problem }),
    };
  } finally {
    threads.close();
  }

  function sentence({ broken, row, action }: Finding): string {
    const done = action < 0 ? undefined : printAction(allActions(l)[action]!);
    if (broken === 'not-listed')
      return `from state ${row} ${done} leads to a state that is missing`;
    return done ? `from state ${row} ${done} breaks ${broken}` : `state ${row} breaks ${broken}`;
  }
}
