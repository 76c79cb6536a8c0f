import { CHECKERS, INIT, type Sharing, type StepView, sharingOf } from '../checkers/index.ts';
import { endOfSequence } from '../checkers/quiescence.ts';
import type { GuestStep } from '../guest/api.ts';
import { syscall } from '../ops/helpers.ts';
import type { AnyOperation } from '../ops/index.ts';
import { budgetInsns } from './budget.ts';
import type { Finding } from './run-step.ts';
import type { Session } from './session.ts';

const END: AnyOperation = { op: 'end' };
const MINUS_ONE = (1n << 64n) - 1n;

/**
 * init kills whoever is left and reaps until there is nobody; then the free list must be as long as
 * before the sequence. An armed allocation failure is called off first.
 */
export function endSequence(
  session: Session,
  freeAtEnd: number,
  sharingBefore: Sharing,
): Finding | undefined {
  const { guest, observer } = session;
  guest.failAllocation(undefined);
  const budget = budgetInsns(session, END);
  const mark = guest.machine.memory.mark();
  session.freeWatch.take();
  const freed: number[] = [];
  let last: GuestStep | undefined;
  const act = (injection: ReturnType<typeof syscall>, settles = true): GuestStep => {
    last = guest.performAsInit(injection, budget, settles);
    freed.push(...last.freed);
    return last;
  };

  const victims = guest.slots.filter((slot) => slot.live);
  for (const [at, { pid }] of victims.entries()) {
    const isLast = at === victims.length - 1; // then all of them die, in one go round
    if (act(syscall('kill', pid), isLast).result.kind === 'trouble') break;
  }
  for (let reaped = 0; reaped <= guest.slots.length; reaped++) {
    if (last?.result.kind === 'trouble') break;
    const { result } = act(syscall('wait', 0));
    if (result.kind !== 'value' || result.a0 === MINUS_ONE) break;
  }
  if (last === undefined) return undefined;

  const observed = observer.observe();
  const changed = new Set<number>(observed.changedPages);
  const view: StepView = {
    operation: END,
    slot: INIT,
    guest: { ...last, freed },
    slots: guest.slots,
    observed,
    sharing: sharingOf(observed, guest.slots, guest.initIndex),
    sharingBefore,
    written: new Set<number>(guest.machine.memory.writtenSince(mark)),
    freeAccesses: session.freeWatch.take(),
    wasFree: (ppn) => !changed.has(ppn) && observed.isFree(ppn as never),
    machine: guest.machine,
  };
  for (const { clause, observe } of CHECKERS) {
    const wrong = observe?.(view);
    if (wrong !== undefined) return { clause, ...wrong };
  }
  const wrong = stillThere(last) ?? endOfSequence(freeAtEnd, observed.freelist.length);
  return wrong && { clause: 'quiescence', ...wrong };
}

/** The last wait must say that there is no child any more. */
function stillThere({ result }: GuestStep) {
  if (result.kind === 'value' && result.a0 === MINUS_ONE) return undefined;
  return {
    message: 'killed processes never end, so that init waits for them in vain',
    expected: 'no process left',
    received: result.kind === 'blocked' ? 'wait blocks' : 'wait finds more processes',
  };
}
