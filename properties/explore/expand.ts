import type { Operation } from '../../spec/operation.ts';
import type { Violation } from '../../spec/result.ts';
import { printLine } from '../run/describe.ts';
import { endSequence } from '../run/end-sequence.ts';
import { runSequence } from '../run/run-sequence.ts';
import type { Finding } from '../run/run-step.ts';
import type { Session } from '../run/session.ts';
import { alphabet, type ExploreBounds, preamble } from './alphabet.ts';
import { type Edge, follow, keysOf, type Position, type Walker } from './position.ts';
import type { StateKey } from './state-key.ts';

/** A transition out of a state. */
export interface Transition {
  edge: Edge;
  /** where it leads: the model's state and the kernel's, hashed */
  key: StateKey;
  /** the model's state alone */
  abstractKey: StateKey;
}

export interface Expansion {
  transitions: Transition[];
  /** the first transition on which kernel and model disagree; then `transitions` ends before it */
  violation?: { edge: Edge; violation: Violation };
}

/** A path turned back into the steps of a sequence, preamble included. */
export const stepsOf = (bounds: ExploreBounds, path: readonly Edge[]): Operation[] => [
  ...preamble(bounds),
  ...path.flatMap(({ operation, failAt }): Operation[] =>
    failAt === undefined ? [operation] : [{ op: 'fail-alloc', nth: failAt }, operation],
  ),
];

/** The state before the first operation; or what already goes wrong on the way there. */
export function rootOf(walker: Walker): { key: StateKey } | { violation: Violation } {
  const { session, bounds } = walker;
  const { violation } = runSequence(session, preamble(bounds));
  return violation === undefined ? { key: keysOf(session, walker.goTo([])).key } : { violation };
}

/**
 * Tries every enabled operation from the state at the end of `path`, each also with every single
 * failing allocation, and whether everything is given back when the processes end there. A path as long
 * as the bounds allow is only ended.
 */
export function expand(walker: Walker, path: readonly Edge[], failures: boolean): Expansion {
  const { session, bounds } = walker;
  const here = walker.goTo(path);
  const transitions: Transition[] = [];
  const left = endSequence(session, session.base('roomy').freeAtEnd, here.sharing);
  const last = path.at(-1);
  if (left !== undefined && last !== undefined) {
    const violation = violationOf(left, path.length + 1, 'end');
    return { transitions, violation: { edge: last, violation } };
  }
  if (path.length >= bounds.depth) return { transitions };
  for (const operation of alphabet(here.states[0]!, bounds)) {
    for (let failAt: number | undefined; ; failAt = (failAt ?? 0) + 1) {
      const edge = failAt === undefined ? { operation } : { operation, failAt };
      const tried = attempt(session, walker.goBack(), edge, path.length + 1);
      if (tried === undefined) break;
      if ('violation' in tried) return { transitions, violation: tried };
      if (failAt !== undefined && !tried.failed) break;
      transitions.push(tried.transition);
      if (!failures) break;
    }
  }
  return { transitions };
}

type Attempt =
  | { transition: Transition; failed: boolean }
  | { edge: Edge; violation: Violation }
  | undefined;

function attempt(session: Session, here: Position, edge: Edge, step: number): Attempt {
  const outcome = follow(session, here, edge);
  if (outcome === undefined) return undefined;
  if (outcome.finding !== undefined) {
    return { edge, violation: violationOf(outcome.finding, step, printLine(edge.operation)) };
  }
  return { transition: { edge, ...keysOf(session, outcome) }, failed: outcome.guest.failed };
}

function violationOf(finding: Finding, step: number, operation: string): Violation {
  const { clause, message, expected, received, page, where } = finding;
  return {
    ...{ clause, step, operation, message, expected, received },
    ...(page !== undefined && { page: `0x${page.toString(16)}` }),
    ...(where !== undefined && where.length > 0 && { where }),
  };
}
