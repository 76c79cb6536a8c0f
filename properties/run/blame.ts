import type { SourceLine } from '../../spec/result.ts';
import { runSequence } from './run-sequence.ts';
import type { Session } from './session.ts';
import type { ShrunkFailure } from './shrink-failure.ts';

/** Clauses of which a store is the cause. */
const BY_A_STORE = new Set(['isolation', 'use-after-free', 'content']);
const PAGE = 4096;

type Failure = Pick<ShrunkFailure, 'base' | 'sequence' | 'violation'>;

/**
 * The kernel code that a violation comes from, innermost first: where it was noticed, else who stored to
 * its page in the wrong step, else who took or gave back the page last. Runs the sequence again for it;
 * undefined when nothing is known.
 */
export function blame(session: Session, failure: Failure): readonly SourceLine[] | undefined {
  const place = session.at(failure.base);
  if (place.session !== session) return blame(place.session, { ...failure, base: place.base });
  const found =
    failure.violation.where ?? writerOf(session, failure) ?? lastOwner(session, failure);
  return found && found.length > 0 ? found : undefined;
}

/** Who stored to the page of the violation during the last step, when that is what is wrong. */
function writerOf(session: Session, { base, sequence, violation }: Failure) {
  if (violation.page === undefined || !BY_A_STORE.has(violation.clause)) return undefined;
  const page = Math.floor(Number(violation.page) / PAGE);
  let found: SourceLine[] | undefined;
  let stop = () => {};
  runSequence(session, sequence, {
    base,
    onStep(at) {
      if (at !== violation.step - 1) return;
      stop = session.freeWatch.tellStores(page, ({ hart, privilege }) => {
        found ??= privilege === 0 ? [] : session.guest.where(hart);
      });
    },
  });
  stop();
  return found;
}

/** The last allocation or release of the page. */
function lastOwner(session: Session, { base, sequence, violation }: Failure) {
  if (violation.page === undefined) return undefined;
  const page = Number(violation.page);
  let found: SourceLine[] | undefined;
  session.guest.traceAllocator(({ pa, where }) => {
    if (pa === page) found = where;
  });
  runSequence(session, sequence, { base });
  session.guest.traceAllocator(undefined);
  return found;
}
