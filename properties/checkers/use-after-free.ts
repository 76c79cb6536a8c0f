import { type Checker, hex, pageAddress } from './checker.ts';

/**
 * No load, store or page walk touches a page on the free list outside the allocator. Pages that were
 * free before the step are watched; and what was free before and after it, and did not pass through
 * kfree in between, was not written.
 */
export const useAfterFree: Checker = {
  clause: 'use-after-free',
  observe({ freeAccesses, written, wasFree, observed, guest }) {
    const access = freeAccesses[0];
    if (access !== undefined) {
      const page = pageAddress(access.ppn);
      return {
        message: `a ${access.kind} touched page ${hex(page)} while it was on the free list`,
        expected: 'nobody but the allocator touches a free page',
        received: `a ${access.kind} of page ${hex(page)}`,
        page,
        where: access.where,
      };
    }
    for (const ppn of written) {
      if (!wasFree(ppn) || !observed.isFree(ppn as never)) continue;
      if (guest.freed.some((pa) => Math.floor(pa / 4096) === ppn)) continue;
      const page = pageAddress(ppn);
      return {
        message: `page ${hex(page)} was written while it was on the free list`,
        expected: 'no store to a free page',
        received: `page ${hex(page)} was written`,
        page,
      };
    }
    return undefined;
  },
};
