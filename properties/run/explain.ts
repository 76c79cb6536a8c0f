import type { SourceLine, Violation } from '../../spec/result.ts';
import type { Trace, TraceStep } from '../../spec/trace.ts';
import { slotName } from '../checkers/index.ts';
import type { AllocatorEvent } from '../guest/api.ts';
import { printLine } from './describe.ts';
import { runSequence } from './run-sequence.ts';
import type { Session } from './session.ts';
import type { ShrunkFailure } from './shrink-failure.ts';
import { freeOf, ownersByPage, traceEvents, traceFrames, traceProcesses } from './trace-step.ts';

/** A failure with all that the page shows of it, and with the kernel's source lines. */
export interface Explanation {
  trace: Trace;
  violation: Violation;
}

/**
 * Runs a shrunk failure once more, slowly: follows the allocator, records every step, and finds out
 * which kernel code touched the page of the violation last.
 */
export function explain(session: Session, failure: ShrunkFailure): Explanation {
  const place = session.at(failure.base);
  if (place.session !== session) return explain(place.session, { ...failure, base: place.base });
  const { guest, observer } = session;
  const steps: TraceStep[] = [];
  const history: AllocatorEvent[] = [];
  let events: AllocatorEvent[] = [];
  let before = session.sharing();
  guest.traceAllocator((event) => {
    events.push(event);
    history.push(event);
  });
  const { violation = failure.violation } = runSequence(session, failure.sequence, {
    base: failure.base,
    onStep() {
      before = session.sharing();
      events = [];
    },
    onOutcome(at, outcome) {
      const observed = observer.observe();
      const operation = failure.sequence[at]!;
      const touched = [...events.map(({ pa }) => Math.floor(pa / 4096))];
      const played = failure.steps[at];
      steps.push({
        step: at + 1,
        operation: printLine(operation, session.syntax),
        actor: outcome.slot === undefined ? '' : slotName(outcome.slot),
        expected: played?.expected ?? '',
        received: played?.received ?? '',
        freePages: freeOf(outcome, observed),
        processes: traceProcesses(observed, guest),
        frames: traceFrames(observed, outcome.sharing, touched, ownersByPage(outcome)),
        events: traceEvents(events, before, outcome.sharing),
        insns: outcome.guest.insns,
      });
    },
  });
  guest.traceAllocator(undefined);
  const page = violation.page;
  const where = violation.where ?? writerOf(session, failure) ?? lastEvent(history, page);
  return {
    trace: {
      steps,
      ...(steps.some(({ step }) => step === violation.step) && {
        wrong: { step: violation.step, pages: page === undefined ? [] : [page] },
      }),
    },
    violation: { ...violation, ...(where && where.length > 0 && { where }) },
  };
}

/** Clauses of which a store is the cause. */
const BY_A_STORE = new Set(['isolation', 'use-after-free', 'content']);

/** Who stored to the page of the violation during the last step, when that is what is wrong. */
function writerOf(session: Session, { base, sequence, violation }: ShrunkFailure) {
  if (violation.page === undefined || !BY_A_STORE.has(violation.clause)) return undefined;
  const { machine, where } = session.guest;
  const page = Math.floor(Number(violation.page) / 4096);
  const { onAccess } = machine.watches;
  let found: SourceLine[] | undefined;
  runSequence(session, sequence, {
    base,
    onStep(at) {
      if (at !== violation.step - 1) return;
      machine.watches.set(page, { store: true });
      machine.watches.onAccess = (access) => {
        // free pages are watched all the time, by others
        if (Math.floor(access.pa / 4096) !== page) return onAccess?.(access) ?? 'continue';
        found ??= access.privilege === 0 ? [] : where(access.hart);
        return 'continue';
      };
    },
  });
  machine.watches.set(page, {});
  machine.watches.onAccess = onAccess;
  return found;
}

/** The last allocation or release of the page. */
function lastEvent(history: readonly AllocatorEvent[], page: string | undefined) {
  if (page === undefined) return undefined;
  return history.findLast(({ pa }) => pa === Number(page))?.where;
}
