import { freePages, type ModelState } from '../../model/index.ts';
import type { Violation } from '../../spec/result.ts';
import { tellingFrame } from '../../spec/telling-frame.ts';
import type { Trace, TraceEvent, TraceStep } from '../../spec/trace.ts';
import { INIT, type Sharing, slotName } from '../checkers/index.ts';
import type { AllocatorEvent } from '../guest/api.ts';
import type { AnyOperation } from '../ops/index.ts';
import { blame } from './blame.ts';
import { printLine } from './describe.ts';
import { type PlayedStep, runSequence } from './run-sequence.ts';
import type { StepOutcome } from './run-step.ts';
import type { Session } from './session.ts';
import type { ShrunkFailure } from './shrink-failure.ts';
import { ownersByPage, traceEvents, traceFrames, traceProcesses } from './trace-step.ts';

/** A failure with all that the page shows of it, and with the kernel's source lines. */
export interface Explanation {
  trace: Trace;
  violation: Violation;
}

/**
 * Runs a shrunk failure once more, slowly: follows the allocator, records every line of the sequence and
 * the end where that is what is wrong, and finds out which kernel code the violation comes from.
 */
export function explain(session: Session, failure: ShrunkFailure): Explanation {
  const place = session.at(failure.base);
  if (place.session !== session) return explain(place.session, { ...failure, base: place.base });
  const recorder = createRecorder(session, failure);
  session.guest.traceAllocator(recorder.onAllocator);
  const { violation: seen = failure.violation } = runSequence(session, failure.sequence, {
    base: failure.base,
    onStep: recorder.onStep,
    onOutcome: recorder.onOutcome,
  });
  session.guest.traceAllocator(undefined);
  const missing = seen.step > failure.sequence.length ? recorder.end(seen) : [];
  const page = seen.page ?? missing[0];
  const violation = { ...seen, ...(page !== undefined && { page }) };
  const where = blame(session, { ...failure, violation });
  const { steps } = recorder;
  if (where !== undefined && page !== undefined) {
    steps.at(-1)?.events.push(...storeEvent(violation, page, [...where]));
  }
  const pages = missing.length > 0 ? missing : page === undefined ? [] : [page];
  return {
    trace: { steps, wrong: { step: seen.step, pages } },
    violation: { ...violation, ...(where && { where: [...where] }) },
  };
}

/** The store that broke a clause, as an event of the page's life. */
function storeEvent({ clause }: Violation, page: string, where: TraceEvent['where']): TraceEvent[] {
  if (clause === 'use-after-free') return [{ page, kind: 'touched-while-free', where }];
  return clause === 'isolation' ? [{ page, kind: 'written', where }] : [];
}

/** Pages missing at the end that are named; there is seldom more than one. */
const MOST_MISSING = 16;

const freeNow = ({ observer }: Session): number[] => {
  const { firstPpn, endPpn, isFree } = observer.observe();
  const all = Array.from({ length: endPpn - firstPpn }, (_, at) => firstPpn + at);
  return all.filter((page) => isFree(page as never));
};

/** Makes the steps of a trace out of what a run tells. */
function createRecorder(
  session: Session,
  { sequence, steps: played, base, ...failure }: ShrunkFailure,
) {
  const { guest, observer } = session;
  const steps: TraceStep[] = [];
  const always = failure.violation.page === undefined ? [] : [Number(failure.violation.page)];
  let events: AllocatorEvent[] = [];
  let before: Sharing = session.sharing();
  let freeAtStart: readonly number[] = [];

  /** What stands now, as a step. */
  const record = (
    step: Pick<TraceStep, 'operation' | 'actor' | 'expected' | 'received'> & Partial<TraceStep>,
    state: ModelState | undefined,
    sharing: Sharing,
    freeInModel?: number,
  ): void => {
    const observed = observer.observe();
    const kernel = observed.freelist.length;
    const pages = events.filter(({ kind }) => kind !== 'refused').map(({ pa }) => pa);
    const touched = [...pages, ...always].map((pa) => Math.floor(pa / 4096));
    const note = [step.note, ...events.flatMap(refusal)].filter(Boolean).join(' ');
    steps.push({
      insns: 0,
      ...step,
      ...(note !== '' && { note }),
      step: steps.length + 1,
      freePages: { model: freeInModel ?? (state ? freePages(state) : kernel), kernel },
      processes: traceProcesses(observed, guest),
      frames: traceFrames(observed, sharing, touched, ownersByPage(state, sharing)),
      events: traceEvents(events, before, sharing, observed),
    });
  };

  return {
    steps,
    onAllocator(event: AllocatorEvent) {
      events.push(event);
    },
    onStep(at: number, states: readonly ModelState[]) {
      events = [];
      before = session.sharing();
      if (at === 0) freeAtStart = freeNow(session);
      else if (steps.length < at) {
        record(unperformed(sequence[at - 1]!, played[at - 1], session), states[0], before);
      }
    },
    onOutcome(at: number, outcome: StepOutcome) {
      const { slot, states, sharing } = outcome;
      const state = states[0] ?? outcome.outcome?.state;
      const step = {
        operation: printLine(sequence[at]!, session.syntax),
        actor: slot === undefined ? '' : slotName(slot),
        expected: played[at]?.expected ?? '',
        received: played[at]?.received ?? '',
        insns: outcome.guest.insns,
      };
      record(step, state, sharing);
    },
    /** Adds what happens once the sequence is over. Returns the pages that did not come back. */
    end({ expected, received, clause }: Violation): string[] {
      const note = 'init kills and reaps all processes of the sequence.';
      const end = { operation: 'end', actor: slotName(INIT), expected, received, note };
      const sharing = session.sharing();
      record(end, undefined, sharing, session.base(session.at(base).base).freeAtEnd);
      if (clause !== 'quiescence') return [];
      const observed = observer.observe();
      const lost = freeAtStart.filter(
        (page) => !observed.isFree(page as never) && sharing.ownerCount(page) === 0,
      );
      return lost.slice(0, MOST_MISSING).map((page) => `0x${(page * 4096).toString(16)}`);
    },
  };
}

/** A line that did nothing in the guest: a failure that is armed, an operation that was not possible. */
function unperformed(
  operation: AnyOperation,
  played: PlayedStep | undefined,
  { syntax }: Session,
): Pick<TraceStep, 'operation' | 'actor' | 'expected' | 'received' | 'note'> {
  const { op, nth = 1 } = operation as { op: string; nth?: number };
  const which =
    nth === 1 ? 'the next page allocation' : `page allocation number ${nth} from here on`;
  const armed = `Nothing happens yet: ${which} will fail.`;
  return {
    operation: printLine(operation, syntax),
    actor: '',
    expected: played?.expected ?? 'skipped',
    received: played?.received ?? 'skipped',
    note: op === 'fail-alloc' ? armed : 'Not possible here, so nothing was done.',
  };
}

/** Which allocation it was that failed as it had been asked to. */
function refusal({ kind, where }: AllocatorEvent): string[] {
  if (kind !== 'refused') return [];
  const asker = tellingFrame(where);
  const who = asker === undefined ? '' : ` in ${asker.function} (${asker.file}:${asker.line})`;
  return [`The allocation${who} fails, as it was made to.`];
}
