import {
  actingSlot,
  adopt,
  type Evidence,
  type ModelState,
  type Outcome,
  resolveAddress,
  targetSlot,
} from '../../model/index.ts';
import type { Clause } from '../../spec/clause.ts';
import {
  type Candidate,
  CHECKERS,
  type Disagreement,
  INIT,
  type Sharing,
  type StepView,
  sharingOf,
} from '../checkers/index.ts';
import { result } from '../checkers/result.ts';
import type { GuestStep } from '../guest/api.ts';
import type { AnyOperation, OperationDefinition } from '../ops/index.ts';
import { budgetInsns } from './budget.ts';
import type { Session } from './session.ts';

/** A disagreement with the clause that it breaks. */
export interface Finding extends Disagreement {
  clause: Clause;
}

/** What a step did, once it was possible at all. */
export interface StepOutcome {
  /** slot that acted; undefined for the environment */
  slot: number | undefined;
  guest: GuestStep;
  /** states that the model still holds possible; empty after a finding */
  states: readonly ModelState[];
  /** the outcome that fits, or the nearest one */
  outcome: Outcome | undefined;
  sharing: Sharing;
  finding: Finding | undefined;
}

/** More possible states than this are cut: they differ in nothing that a later step has ever shown. */
const MOST_STATES = 16;

/**
 * Performs one operation in the guest and in the model, observes, and asks every checker. Undefined:
 * the operation is not enabled here, and nothing was done.
 */
export function runStep(
  session: Session,
  states: readonly ModelState[],
  operation: AnyOperation,
  sharingBefore: Sharing,
): StepOutcome | undefined {
  const definition = session.operations.get(operation.op);
  const first = states[0];
  if (definition === undefined || first === undefined) return undefined;
  const slot = operation.proc === undefined ? undefined : actingSlot(first, operation.proc);
  if (slot === undefined && operation.proc !== undefined) return undefined;
  const possible = possibleOutcomes(session, states, operation, definition);
  if (possible.length === 0 || definition.inject === undefined) return undefined;

  const { guest, observer } = session;
  const actor = slot ?? INIT;
  const injection = definition.inject(operation, actContext(session, first, actor));
  const mark = guest.machine.memory.mark();
  session.freeWatch.take();
  const step = guest.perform(actor, injection, {
    budgetInsns: budgetInsns(session, operation),
    forks: operation.op === 'fork',
    sleeps: operation.op === 'sleep',
  });
  const written = new Set<number>(guest.machine.memory.writtenSince(mark));
  const observed = observer.observe();
  const changed = new Set<number>(observed.changedPages);
  const sharing = sharingOf(observed, guest.slots, guest.initIndex);
  const view: StepView = {
    operation,
    slot,
    guest: step,
    slots: guest.slots,
    observed,
    sharing,
    sharingBefore,
    written,
    freeAccesses: session.freeWatch.take(),
    wasFree: (ppn) => !changed.has(ppn) && observed.isFree(ppn as never),
    machine: guest.machine,
  };
  return { slot, guest: step, sharing, ...judge(view, possible) };
}

type Judgement = Pick<StepOutcome, 'states' | 'outcome' | 'finding'>;

/** Asks the checkers in their order; of several allowed outcomes the one that gets furthest counts. */
function judge(view: StepView, possible: readonly Possible[]): Judgement {
  for (const { clause, observe } of CHECKERS) {
    const wrong = observe?.(view);
    if (wrong !== undefined) {
      return { states: [], outcome: likeliest(view, possible), finding: { clause, ...wrong } };
    }
  }
  const states: ModelState[] = [];
  let outcome: Outcome | undefined;
  let furthest = -1;
  let finding: Finding | undefined;
  for (const { before, outcome: allowed } of possible) {
    const failure = compareAll(view, before, allowed);
    if ('after' in failure) {
      if (states.length < MOST_STATES) states.push(failure.after);
      outcome ??= allowed;
    } else if (states.length === 0 && failure.rank > furthest) {
      furthest = failure.rank;
      finding = failure.finding;
    }
  }
  if (states.length > 0) return { states, outcome, finding: undefined };
  return { states, outcome: likeliest(view, possible), finding };
}

/** Holds one allowed outcome against the view: the state after it, or the first clause that objects. */
function compareAll(
  view: StepView,
  before: ModelState,
  outcome: Outcome,
): { after: ModelState } | { rank: number; finding: Finding } {
  let candidate: Candidate = { before, outcome, after: outcome.state };
  for (const [rank, { clause, compare }] of CHECKERS.entries()) {
    if (compare === undefined) continue;
    const wrong = compare(view, candidate);
    if (wrong !== undefined) return { rank, finding: { clause, ...wrong } };
    if (clause !== 'result') continue;
    const adopted = adopt(outcome.state, evidenceOf(view), before);
    if ('problem' in adopted) return { rank, finding: unadoptable(adopted.problem) };
    candidate = { before, outcome, after: adopted.state };
  }
  return { after: candidate.after };
}

const PAGE = 4096;

/** What the model asks about the guest where a kernel may choose. */
function evidenceOf(view: StepView): Evidence {
  const { slots, observed, sharing, machine } = view;
  return {
    tablePages(slot) {
      const pid = slots[slot]?.pid;
      return observed.processes.find((process) => process.pid === pid)?.tables.length;
    },
    readPage(slot, va) {
      const mapping = sharing.mappings.get(slot)?.find((candidate) => candidate.va === va);
      if (mapping === undefined) return undefined;
      const at = mapping.ppn * PAGE - machine.memory.base;
      return machine.memory.bytes().subarray(at, at + PAGE);
    },
  };
}

const unadoptable = (problem: string): Finding => ({
  clause: problem.includes('page table') ? 'freelist' : 'content',
  message: problem,
  expected: 'a choice that a correct kernel may make',
  received: problem,
});

interface Possible {
  before: ModelState;
  outcome: Outcome;
}

function possibleOutcomes(
  session: Session,
  states: readonly ModelState[],
  operation: AnyOperation,
  definition: OperationDefinition,
): Possible[] {
  const { failIn } = session.guest;
  return states.flatMap((before) =>
    definition.step(before, operation, { failAt: failIn }).map((outcome) => ({ before, outcome })),
  );
}

const actContext = (session: Session, state: ModelState, slot: number) => ({
  state,
  slot,
  address: (address: string) => resolveAddress(state, slot, address),
  pidOf(target: number): bigint {
    const pid = session.guest.slots[targetSlot(state, target)]?.pid;
    return BigInt(pid ?? NO_SUCH_PID);
  },
});
const NO_SUCH_PID = 0x7ffffff;

/** For messages: the outcome whose result the guest shows, else the first. */
function likeliest(view: StepView, possible: readonly Possible[]): Outcome | undefined {
  const same = possible.find(
    ({ before, outcome }) =>
      result.compare?.(view, { before, outcome, after: outcome.state }) === undefined,
  );
  return (same ?? possible[0])?.outcome;
}
