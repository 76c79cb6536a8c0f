import type { Violation } from '../../spec/result.ts';
import type { Trace, TraceStep } from '../../spec/trace.ts';
import { slotName } from '../checkers/index.ts';
import type { AllocatorEvent } from '../guest/api.ts';
import { blame } from './blame.ts';
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
  let events: AllocatorEvent[] = [];
  let before = session.sharing();
  guest.traceAllocator((event) => {
    events.push(event);
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
  const where = blame(session, { ...failure, violation });
  return {
    trace: {
      steps,
      ...(steps.some(({ step }) => step === violation.step) && {
        wrong: { step: violation.step, pages: page === undefined ? [] : [page] },
      }),
    },
    violation: { ...violation, ...(where && { where: [...where] }) },
  };
}
