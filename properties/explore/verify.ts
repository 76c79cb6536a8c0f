import { pathTo, type Visited } from './breadth-first.ts';
import type { Expansion } from './expand.ts';
import type { Edge } from './position.ts';

/** What is re-executed of a certificate: every `every`-th state, from a start that the seed chooses. */
export interface Sample {
  every: number;
  seed: number;
}

/** Indices of the states to expand again. */
export const sampleOf = (visited: readonly Visited[], sample: Sample): number[] =>
  [...visited.keys()].filter((at) => chosen(at, sample));

/** A repeatable draw: one of `every`, without a pattern that the search's order could hide behind. */
function chosen(at: number, { every, seed }: Sample): boolean {
  let mixed = (at + 1) * 0x9e3779b1 + seed * 0x85ebca6b;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) % every === 0;
}

/**
 * Holds an expansion made now against the certificate: every transition must lead to a state that the
 * certificate lists. Yields a sentence for the first that does not.
 */
export function contradiction(
  visited: readonly Visited[],
  index: number,
  expansion: Expansion,
  known: ReadonlySet<string>,
): string | undefined {
  const path = pathTo(visited, index);
  if (expansion.violation !== undefined) {
    const { violation } = expansion.violation;
    return `after ${path.length} operations ${violation.operation} breaks ${violation.clause}: ${violation.message}`;
  }
  const stray = expansion.transitions.find(({ key }) => !known.has(key));
  if (stray === undefined) return undefined;
  return `after ${path.length} operations ${describe(stray.edge)} leads to a state that the certificate does not list`;
}

const describe = ({ operation, failAt }: Edge): string =>
  failAt === undefined ? operation.op : `${operation.op} with its allocation ${failAt} failing`;
