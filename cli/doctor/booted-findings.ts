import type { LazySbrk } from '../../model/index.ts';
import { runSequence } from '../../properties/run/run-sequence.ts';
import type { Session } from '../../properties/run/session.ts';
import { PTE_W } from '../../spec/sv39.ts';
import type { Finding } from './static-findings.ts';

const LAZY_SBRK: Record<LazySbrk, string> = {
  never: 'no',
  asked: 'where its second argument asks for it',
  always: 'always: pages come with their first use',
};

/** What a booted kernel shows: its memory, and what one fork does to it. */
export function bootedFindings(session: Session): Finding[] {
  const { observer, guest } = session;
  guest.restore(session.base('roomy').guest);
  const observed = observer.observe();
  const managed = observed.endPpn - observed.firstPpn;
  const init = observed.processes.find(({ index }) => index === guest.initIndex);
  const textWritable = init?.mappings.some(({ va, flags }) => va === 0 && (flags & PTE_W) !== 0);
  const fork = forkShares(session);
  const scheme = observer.counts;
  return [
    {
      what: 'memory',
      found: `${managed} pages managed, ${observed.freelist.length} free after boot, ${observer.notes.length === 0 ? 'all accounted for' : observer.notes.join('; ')}`,
      good: observer.notes.length === 0,
    },
    {
      what: 'user text',
      found: textWritable ? 'writable (as until 2021)' : 'read-only',
      good: true,
    },
    { what: 'lazy sbrk', found: LAZY_SBRK[session.profile.lazySbrk], good: true },
    { what: 'fork', found: fork.found, good: fork.shares },
    {
      what: 'reference counts',
      found:
        scheme === undefined
          ? 'none that agrees with the mappings'
          : `${scheme.candidate.name}, mappings ${scheme.bias === 0 ? '' : `plus ${scheme.bias} `}per page`,
      good: scheme !== undefined,
      ...(scheme === undefined && {
        means: 'the clause refcount is not checked; name the array with --refcount',
      }),
    },
  ];
}

function forkShares(session: Session): { shares: boolean; found: string } {
  const fork = [{ op: 'fork', proc: 0 }];
  let shared = 0;
  const { violation } = runSequence(session, fork, {
    onOutcome: (_, outcome) => {
      shared = outcome.sharing.shared.size;
    },
  });
  if (violation === undefined) {
    return { shares: true, found: `shares pages (${shared} after one fork)` };
  }
  return {
    shares: false,
    found: `${violation.clause}: expected ${violation.expected}, ${violation.received}`,
  };
}
