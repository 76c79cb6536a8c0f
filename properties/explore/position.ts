import { canonical, type ModelState } from '../../model/index.ts';
import type { Operation } from '../../spec/operation.ts';
import type { Sharing } from '../checkers/index.ts';
import type { GuestPoint } from '../guest/api.ts';
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

/** Goes from state to state of an exploration, each from the longest beginning shared with the last one. */
export interface Walker {
  readonly session: Session;
  readonly bounds: ExploreBounds;
  /** to the end of the path, which must be one without a violation */
  goTo(path: readonly Edge[]): Position;
  /** back to where `goTo` went last */
  goBack(): Position;
  dispose(): void;
}

/** A place on the way: `key` of the edge that led there. */
interface Stop {
  key: string;
  guest: GuestPoint;
  here: Position;
}

export function createWalker(session: Session, bounds: ExploreBounds): Walker {
  const trail: Stop[] = [];

  const restore = ({ guest, here }: Stop): Position => {
    session.guest.restore(guest);
    // what is watched follows what is read
    session.observer.observe();
    return here;
  };

  const root = (): Position => {
    const { guest, states } = session.base('roomy');
    session.guest.restore(guest);
    let here: Position = { states, sharing: session.sharing() };
    for (const operation of preamble(bounds)) here = step(here, { operation });
    return here;
  };

  const step = (from: Position, edge: Edge): Position => {
    const outcome = follow(session, from, edge);
    if (outcome === undefined || outcome.finding !== undefined) {
      const why = outcome?.finding?.message ?? 'it is not enabled';
      throw new Error(`goTo: ${printLine(edge.operation)} on the way to a visited state: ${why}`);
    }
    return outcome;
  };

  const stop = (key: string, here: Position): void => {
    trail.push({ key, guest: session.guest.snapshot(), here });
  };

  const leave = (kept: number): void => {
    for (const { guest } of trail.splice(kept)) session.guest.release(guest);
  };

  return {
    session,
    bounds,
    goTo(path) {
      if (trail.length === 0) stop('', root());
      const keys = path.map((edge) => JSON.stringify(edge));
      let shared = 0;
      while (shared < keys.length && keys[shared] === trail[shared + 1]?.key) shared++;
      leave(shared + 1);
      let here = restore(trail[shared]!);
      for (let at = shared; at < path.length; at++) {
        here = step(here, path[at]!);
        stop(keys[at]!, here);
      }
      return here;
    },
    goBack: () => restore(trail.at(-1)!),
    dispose: () => leave(0),
  };
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
