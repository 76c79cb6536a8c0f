import type { Cause } from '../../spec/gate.ts';
import { tellingFrame } from '../../spec/telling-frame.ts';
import type { AnyOperation } from '../ops/index.ts';
import { blame } from '../run/blame.ts';
import { runSequence } from '../run/run-sequence.ts';
import type { BaseName, Session } from '../run/session.ts';
import type { Attempt } from '../run/sweep.ts';

const PAGE = 4096;

/** A sequence that broke a clause. */
export interface Failure {
  base: BaseName;
  sequence: readonly AnyOperation[];
  violation: NonNullable<Attempt['violation']>;
}

/**
 * What a failure comes from, so that many sequences that show one bug count once: its clause, what the
 * frame is used for, and the kernel function, or the operation where none is known. Runs the sequence
 * again, to the moment at which it was found.
 */
export function causeOf(session: Session, failure: Failure): Cause {
  const { clause, page, operation } = failure.violation;
  const where = tellingFrame(blame(session, failure))?.function;
  return {
    clause,
    role: page === undefined ? 'none' : roleOf(session, failure, page),
    function: where ?? `(${failure.sequence[failure.violation.step - 1]?.op ?? operation})`,
  };
}

function roleOf(session: Session, { base, sequence }: Failure, page: string): string {
  runSequence(session, sequence, { base });
  const { observer } = session.at(base).session;
  return observer.observe().classOf((Number(page) / PAGE) as never);
}

export const causeKey = ({ clause, role, function: where }: Cause): string =>
  `${clause} ${role} ${where}`;
