import { canonical, type ModelState } from '../../model/index.ts';
import type { Operation } from '../../spec/operation.ts';
import type { Sharing } from '../checkers/index.ts';
import { printLine } from '../run/describe.ts';
import { runStep, type StepOutcome } from '../run/run-step.ts';
import type { Session } from '../run/session.ts';
import { type ExploreBounds, preamble } from './alphabet.ts';
import { concreteKey } from './concrete.ts';
import { keyOf, type StateKey } from './state-key.ts';

/** One operation of a path; with a failing allocation, the n-th of that operation. */
export interface Edge {
  operation: Operation;
  failAt?: number;
}

/** Where the guest stands, and what the model knows of it. */
export interface Position {
  states: readonly ModelState[];
  sharing: Sharing;
}

/** Performs the operation of an edge; undefined when it is not enabled here. */
export function follow(session: Session, from: Position, edge: Edge): StepOutcome | undefined {
  session.guest.failAllocation(edge.failAt);
  const outcome = runStep(session, from.states, edge.operation, from.sharing);
  session.guest.failAllocation(undefined);
  return outcome;
}

/** Runs a path from the root: cheap, and no snapshot has to be kept for any state. */
export function goTo(session: Session, bounds: ExploreBounds, path: readonly Edge[]): Position {
  const base = session.base('roomy');
  session.guest.restore(base.guest);
  let here: Position = { states: base.states, sharing: session.sharing() };
  for (const edge of [...preamble(bounds).map((operation): Edge => ({ operation })), ...path]) {
    const outcome = follow(session, here, edge);
    if (outcome === undefined || outcome.finding !== undefined) {
      const why = outcome?.finding?.message ?? 'it is not enabled';
      throw new Error(`goTo: ${printLine(edge.operation)} on the way to a visited state: ${why}`);
    }
    here = outcome;
  }
  return here;
}

/** The state of the model, and of model and kernel together, hashed. */
export function keysOf(
  session: Session,
  { states, sharing }: Position,
): { key: StateKey; abstractKey: StateKey } {
  const abstract = canonical(states[0]!);
  return {
    abstractKey: keyOf(abstract),
    key: keyOf(`${abstract}\n${concreteKey(session, sharing)}`),
  };
}

/** Name of a kind of transition: the operation, with `!` when an allocation fails. */
export const kindOf = ({ operation, failAt }: Edge): string =>
  failAt === undefined ? operation.op : `${operation.op}!`;
