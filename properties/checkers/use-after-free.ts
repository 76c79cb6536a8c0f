import { type Checker, hex, pageAddress } from './checker.ts';

/**
 * No store touches a page on the free list outside the allocator: what was free before and after a
 * step, and did not pass through kfree in between, was not written.
 */
export const useAfterFree: Checker = {
  clause: 'use-after-free',
  observe({ written, wasFree, observed, guest }) {
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
