import { type Checker, hex, pageAddress } from './checker.ts';

/**
 * A store, by user or kernel, never reaches a frame with more than one owner: a page that is shared
 * before and after a step was not written in between.
 */
export const isolation: Checker = {
  clause: 'isolation',
  observe({ sharing, sharingBefore, written }) {
    for (const ppn of sharingBefore.shared) {
      if (!written.has(ppn) || !sharing.shared.has(ppn)) continue;
      const page = pageAddress(ppn);
      const owners = sharing.describeOwners(ppn);
      return {
        message: `a store reached page ${hex(page)} while it is shared by ${owners}`,
        expected: 'no store to a shared page',
        received: `page ${hex(page)} was written`,
        page,
      };
    }
    return undefined;
  },
};
