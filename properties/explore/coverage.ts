import fc from 'fast-check';
import type { OperationDefinition } from '../ops/index.ts';
import type { Session } from '../run/session.ts';
import { alphabet, type ExploreBounds } from './alphabet.ts';
import type { Visited } from './breadth-first.ts';
import { createWalker, type Edge, follow, keysOf, kindOf, type Walker } from './position.ts';

/** How much of an exploration a random campaign would have seen. */
export interface Coverage {
  /** operations performed */
  steps: number;
  /** distinct canonical transitions met, by kind of operation */
  covered: Record<string, number>;
}

export interface CoverageOptions {
  seed: number;
  /** operations to perform, at least */
  steps: number;
}

/** One of this many operations has a failing allocation: the first or the second. */
const FAIL_EVERY = 6;
const BATCH = 64;

/**
 * Random walks over the exploration's operations, drawn by the weights of the generator: which of the
 * explored transitions (state before, kind of operation, state after, all up to renaming) they meet.
 */
export function coverage(
  session: Session,
  bounds: ExploreBounds,
  visited: readonly Visited[],
  { seed, steps: wanted }: CoverageOptions,
): Coverage {
  const known = new Set(visited.map(({ key }) => key));
  const seen = new Map<string, Set<string>>();
  const walker = createWalker(session, bounds);
  let steps = 0;
  for (let batch = 0; steps < wanted; batch++) {
    const walks = fc.sample(walkArbitrary(bounds), { seed: seed + batch, numRuns: BATCH });
    for (const walk of walks) {
      steps += walkOnce(walker, walk, known, seen);
      if (steps >= wanted) break;
    }
  }
  walker.dispose();
  const covered = Object.fromEntries(
    [...seen].map(([kind, transitions]): [string, number] => [kind, transitions.size]).sort(),
  );
  return { steps, covered };
}

/** A choice of operation by weight, of its arguments, and of a failing allocation. */
type Draw = [weight: number, argument: number, fail: number];

const walkArbitrary = ({ depth }: ExploreBounds): fc.Arbitrary<Draw[]> =>
  fc.array(fc.tuple(fc.nat(999_999), fc.nat(999_999), fc.nat(2 * FAIL_EVERY - 1)), {
    minLength: depth,
    maxLength: depth,
  });

function walkOnce(
  walker: Walker,
  walk: readonly Draw[],
  known: ReadonlySet<string>,
  seen: Map<string, Set<string>>,
): number {
  const { session, bounds } = walker;
  let here = walker.goTo([]);
  let before = keysOf(session, here).key;
  let steps = 0;
  for (const draw of walk) {
    const edge = choose(session, alphabet(here.states[0]!, bounds), draw);
    if (edge === undefined || !known.has(before)) return steps;
    const outcome = follow(session, here, edge);
    if (outcome === undefined) continue;
    if (outcome.finding !== undefined) return steps;
    steps += 1;
    // an allocation that never came is the same transition as without a failing one
    const kind = kindOf(outcome.guest.failed ? edge : { operation: edge.operation });
    const after = keysOf(session, outcome).key;
    const transitions = seen.get(kind) ?? new Set();
    seen.set(kind, transitions.add(`${before} ${after}`));
    here = outcome;
    before = after;
  }
  return steps;
}

function choose(
  session: Session,
  choices: readonly Edge['operation'][],
  [weight, argument, fail]: Draw,
): Edge | undefined {
  const weightOf = (op: string): number =>
    (session.operations.get(op) as OperationDefinition | undefined)?.weight ?? 1;
  const names = [...new Set(choices.map(({ op }) => op))];
  let left = weight % names.reduce((sum, name) => sum + weightOf(name), 0);
  const name = names.find((candidate) => {
    left -= weightOf(candidate);
    return left < 0;
  });
  const same = choices.filter(({ op }) => op === name);
  const operation = same[argument % same.length];
  if (operation === undefined) return undefined;
  return fail < 2 ? { operation, failAt: fail + 1 } : { operation };
}
