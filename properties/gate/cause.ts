import type { Cause } from '../../spec/gate.ts';
import type { Violation } from '../../spec/result.ts';
import type { Session } from '../run/session.ts';

const PAGE = 4096;

/**
 * What a violation comes from, so that many sequences that show one bug count once. Call it while the
 * guest still stands where the violation was found.
 */
export function causeOf(session: Session, violation: Violation): Cause {
  const page = violation.page === undefined ? undefined : Number(violation.page) / PAGE;
  return {
    clause: violation.clause,
    role: page === undefined ? 'none' : session.observer.observe().classOf(page as never),
    function: violation.where?.[0]?.function ?? '?',
  };
}

export const causeKey = ({ clause, role, function: where }: Cause): string =>
  `${clause} ${role} ${where}`;
