import { canonical, type ModelState } from '../../model/index.ts';
import type { Operation } from '../../spec/operation.ts';
import type { Violation } from '../../spec/result.ts';
import type { Sharing } from '../checkers/index.ts';
import { printLine } from '../run/describe.ts';
import { endSequence } from '../run/end-sequence.ts';
import { type Finding, runStep } from '../run/run-step.ts';
import type { Session } from '../run/session.ts';
import { alphabet, type ExploreBounds, preamble } from './alphabet.ts';
import { concreteKey } from './concrete.ts';
import { keyOf, type StateKey } from './state-key.ts';

/** One operation of a path; with a failing allocation, the n-th of that operation. */
export interface Edge {
  operation: Operation;
  failAt?: number;
}

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

interface Here {
  states: readonly ModelState[];
  sharing: Sharing;
}

/** A path turned back into the steps of a sequence, preamble included. */
export const stepsOf = (bounds: ExploreBounds, path: readonly Edge[]): Operation[] => [
  ...preamble(bounds),
  ...path.flatMap(({ operation, failAt }): Operation[] =>
    failAt === undefined ? [operation] : [{ op: 'fail-alloc', nth: failAt }, operation],
  ),
];

/** Key of the state before the first operation. */
export function rootKey(session: Session, bounds: ExploreBounds): StateKey {
  const here = goTo(session, bounds, []);
  return keyOf(`${canonical(here.states[0]!)}\n${concreteKey(session, here.sharing)}`);
}

/**
 * Tries every enabled operation from the state at the end of `path`, each also with every single
 * failing allocation, and compares the kernel with the model after each; and ends the sequence there,
 * so that everything must come back from every state.
 */
export function expand(
  session: Session,
  bounds: ExploreBounds,
  path: readonly Edge[],
  failures: boolean,
): Expansion {
  const here = goTo(session, bounds, path);
  const point = session.guest.snapshot();
  const transitions: Transition[] = [];
  const back = () => session.guest.restore(point);
  try {
    const left = endSequence(session, session.base('roomy').freeAtEnd, here.sharing);
    if (left !== undefined) {
      const edge = path.at(-1);
      const end = violationOf(left, path.length + 1, 'end');
      if (edge !== undefined) return { transitions, violation: { edge, violation: end } };
    }
    for (const operation of alphabet(here.states[0]!, bounds)) {
      for (let failAt: number | undefined; ; failAt = (failAt ?? 0) + 1) {
        back();
        const edge = failAt === undefined ? { operation } : { operation, failAt };
        const tried = attempt(session, here, edge, path.length + 1);
        if (tried === undefined) break;
        if ('violation' in tried) return { transitions, violation: tried };
        if (failAt !== undefined && !tried.failed) break;
        transitions.push(tried.transition);
        if (!failures) break;
      }
    }
    return { transitions };
  } finally {
    session.guest.release(point);
  }
}

/** Runs the path again from the root: cheap, and no snapshot has to be kept for any state. */
function goTo(session: Session, bounds: ExploreBounds, path: readonly Edge[]): Here {
  const base = session.base('roomy');
  session.guest.restore(base.guest);
  let here: Here = { states: base.states, sharing: session.sharing() };
  const edges = [...preamble(bounds).map((operation): Edge => ({ operation })), ...path];
  for (const { operation, failAt } of edges) {
    session.guest.failAllocation(failAt);
    const outcome = runStep(session, here.states, operation, here.sharing);
    if (outcome === undefined || outcome.finding !== undefined) {
      const why = outcome?.finding?.message ?? 'it is not enabled';
      throw new Error(`goTo: ${printLine(operation)} on the way to a visited state: ${why}`);
    }
    session.guest.failAllocation(undefined);
    here = outcome;
  }
  return here;
}

type Attempt =
  | { transition: Transition; failed: boolean }
  | { edge: Edge; violation: Violation }
  | undefined;

function attempt(session: Session, here: Here, edge: Edge, step: number): Attempt {
  session.guest.failAllocation(edge.failAt);
  const outcome = runStep(session, here.states, edge.operation, here.sharing);
  session.guest.failAllocation(undefined);
  if (outcome === undefined) return undefined;
  if (outcome.finding !== undefined) {
    return { edge, violation: violationOf(outcome.finding, step, printLine(edge.operation)) };
  }
  const abstract = canonical(outcome.states[0]!);
  const concrete = concreteKey(session, outcome.sharing);
  const transition = {
    edge,
    abstractKey: keyOf(abstract),
    key: keyOf(`${abstract}\n${concrete}`),
  };
  return { transition, failed: outcome.guest.failed };
}

function violationOf(finding: Finding, step: number, operation: string): Violation {
  const { clause, message, expected, received, page, where } = finding;
  return {
    ...{ clause, step, operation, message, expected, received },
    ...(page !== undefined && { page: `0x${page.toString(16)}` }),
    ...(where !== undefined && where.length > 0 && { where }),
  };
}
