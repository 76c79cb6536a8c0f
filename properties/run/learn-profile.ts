import { defaultProfile, type Profile } from '../../model/index.ts';
import type { OwnershipSnapshot } from '../../spec/ownership.ts';
import { PTE_U, PTE_X } from '../../spec/sv39.ts';
import type { Guest } from '../guest/api.ts';

/**
 * What legitimately differs between kernels, read off the parked init: its stack is what lies above the
 * inaccessible guard pages. Sharing is demanded of every kernel, so `cow` stays true.
 */
export function learnProfile(guest: Guest, observed: OwnershipSnapshot): Profile {
  const init = observed.processes.find((process) => process.index === guest.initIndex);
  const mappings = init?.mappings ?? [];
  const guards = mappings.filter(({ flags }) => (flags & PTE_U) === 0);
  const lastGuard = guards.at(-1);
  const stack = lastGuard ? mappings.filter(({ va }) => va > lastGuard.va) : [];
  return {
    ...defaultProfile,
    lazySbrk: guest.layout.lazy,
    // exec and sbrk take their pages from the same function
    heapExecutable: stack.some(({ flags }) => (flags & PTE_X) !== 0),
    stackPages: stack.length || defaultProfile.stackPages,
    guardPages: guards.length,
    nproc: guest.table.count,
  };
}
