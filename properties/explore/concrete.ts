import type { Sharing } from '../checkers/index.ts';
import type { Session } from '../run/session.ts';

/**
 * What the kernel holds beyond the model's state, with pages and processes renamed: the flags and RSW
 * bits of every mapping, how many share its page and what the kernel counts for it. Two paths to one
 * abstract state that differ here are different states to go on from, so that what the model merges
 * is explored too.
 */
export function concreteKey(session: Session, sharing: Sharing): string {
  const observed = session.observer.observe();
  const processes = [...sharing.mappings.values()].map((mappings) =>
    mappings
      .map(({ va, ppn, flags, rsw }) =>
        [va, flags, rsw, sharing.ownerCount(ppn), observed.refcount(ppn) ?? '-'].join(','),
      )
      .join(' '),
  );
  const tables = observed.processes.map(({ tables, state }) => `${state}${tables.length}`);
  return [observed.freelist.length, tables.sort().join(' '), ...processes.sort()].join('\n');
}
