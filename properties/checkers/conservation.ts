import { type Checker, hex, pageAddress } from './checker.ts';

/** Every page is in exactly one class; nothing lost, nothing in two. */
export const conservation: Checker = {
  clause: 'conservation',
  observe({ observed, sharing }) {
    const conflict = observed.conflicts[0];
    if (conflict === undefined) return undefined;
    const page = pageAddress(conflict.page);
    const more = observed.conflicts.length - 1;
    const claims = conflict.claims.join(' and ');
    const lost = conflict.claims.length === 0;
    const received = lost ? 'in no class: lost' : `in ${conflict.claims.length}: ${claims}`;
    return {
      message:
        `page ${hex(page)} is ${lost ? 'lost: neither free nor reachable' : claims}` +
        `${more > 0 ? `, and ${more} more pages are wrong` : ''}`,
      expected: `one class, owners ${sharing.describeOwners(conflict.page)}`,
      received,
      page,
    };
  },
};
