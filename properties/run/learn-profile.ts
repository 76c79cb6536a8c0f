import { defaultProfile, type LazySbrk, type Profile } from '../../model/index.ts';
import type { OwnershipSnapshot } from '../../spec/ownership.ts';
import { PTE_U, PTE_X } from '../../spec/sv39.ts';
import { PAGE_BYTES } from '../../spec/units.ts';
import type { Guest } from '../guest/api.ts';
import { syscall } from '../ops/helpers.ts';

const SBRK_BUDGET_INSNS = 20_000_000;
/** sbrk's second argument in the trees of 2025; others ignore it. */
const EAGER = 1;
const LAZY = 2;

/**
 * What legitimately differs between kernels, read off the parked init: its stack is what lies above the
 * inaccessible guard pages, and its sbrk shows when pages come. The guest is left as it was. Sharing is
 * demanded of every kernel, so `cow` stays true.
 */
export function learnProfile(guest: Guest, observe: () => OwnershipSnapshot): Profile {
  const mappings = mappingsOfInit(guest, observe());
  const guards = mappings.filter(({ flags }) => (flags & PTE_U) === 0);
  const lastGuard = guards.at(-1);
  const stack = lastGuard ? mappings.filter(({ va }) => va > lastGuard.va) : [];
  return {
    ...defaultProfile,
    lazySbrk: lazySbrk(guest, observe),
    // exec and sbrk take their pages from the same function
    heapExecutable: stack.some(({ flags }) => (flags & PTE_X) !== 0),
    stackPages: stack.length || defaultProfile.stackPages,
    guardPages: guards.length,
    nproc: guest.table.count,
  };
}

const mappingsOfInit = (guest: Guest, observed: OwnershipSnapshot) =>
  observed.processes.find(({ index }) => index === guest.initIndex)?.mappings ?? [];

/** Has init grow by a page in each way, and sees whether the page is there. */
function lazySbrk(guest: Guest, observe: () => OwnershipSnapshot): LazySbrk {
  const before = mappingsOfInit(guest, observe()).length;
  const start = guest.snapshot();
  const reserves = (how: number): boolean => {
    const grow = syscall('sbrk', PAGE_BYTES, how);
    const { result } = guest.performAsInit(grow, SBRK_BUDGET_INSNS);
    const grew = result.kind === 'value' && BigInt.asIntN(64, result.a0) > 0n;
    const reserved = grew && mappingsOfInit(guest, observe()).length === before;
    guest.restore(start);
    return reserved;
  };
  const lazy = reserves(EAGER) ? 'always' : reserves(LAZY) ? 'asked' : 'never';
  guest.release(start);
  return lazy;
}
