import { defaultProfile, type Profile } from '../../model/index.ts';
import type { OwnershipSnapshot } from '../../spec/ownership.ts';
import { PTE_U } from '../../spec/sv39.ts';
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
  const stackPages = lastGuard
    ? mappings.filter(({ va }) => va > lastGuard.va).length
    : defaultProfile.stackPages;
  return {
    ...defaultProfile,
    lazySbrk: guest.layout.lazy,
    stackPages,
    guardPages: guards.length,
    nproc: guest.table.count,
  };
}
