import { type Checker, hex, pageAddress } from './checker.ts';

/** Where the kernel keeps counts: each equals the number of mappings. */
export const refcount: Checker = {
  clause: 'refcount',
  observe({ observed, sharing }) {
    const seen = new Set<number>();
    for (const mappings of sharing.mappings.values()) {
      for (const { ppn } of mappings) {
        if (seen.has(ppn)) continue;
        seen.add(ppn);
        const count = observed.refcount(ppn);
        const owners = observed.ownersOf(ppn).length;
        if (count === undefined || count === owners) continue;
        const page = pageAddress(ppn);
        return {
          message: `the count of page ${hex(page)} is ${count}, but ${owners} mappings lead to it`,
          expected: `${owners} (${sharing.describeOwners(ppn)})`,
          received: String(count),
          page,
        };
      }
    }
    return undefined;
  },
};
