import type { Sharing } from '../checkers/index.ts';
import type { Session } from '../run/session.ts';

const PAGE = 4096;

/**
 * What the kernel holds beyond the model's state, with pages and processes renamed: the flags and RSW
 * bits of every mapping, how many share its page and what the kernel counts for it, and what pipes hold.
 * Two paths to one abstract state that differ here are different states to go on from, so that what the model merges
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
  const { memory } = session.guest.machine;
  const pipes = observed.pipes.map((ppn) => {
    const at = ppn * PAGE - memory.base;
    return Buffer.from(memory.bytes().subarray(at, at + PAGE)).toString('latin1');
  });
  const free = observed.freelist.length;
  return [free, tables.sort().join(' '), ...processes.sort(), ...pipes.sort()].join('\n');
}
