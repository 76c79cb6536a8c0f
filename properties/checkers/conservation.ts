import type { OwnershipSnapshot } from '../../spec/ownership.ts';
import { type Checker, type Disagreement, hex, pageAddress, type StepView } from './checker.ts';

/** Every page is in exactly one class; nothing lost, nothing in two. */
export const conservation: Checker = {
  clause: 'conservation',
  observe(view) {
    const conflict = view.observed.conflicts[0];
    return conflict && describe(view, conflict);
  },
};

/**
 * A page that was freed while processes still have it: the worst that can happen, asked before all
 * else. It also is the cause behind a panic, where other things may be half done, but never this.
 */
export const freedWhileMapped: Checker = {
  clause: 'conservation',
  observe(view) {
    const { result } = view.guest;
    const trouble = result.kind === 'trouble' ? result.trouble : undefined;
    if (trouble !== undefined && trouble.kind !== 'panic') return undefined;
    const conflict = view.observed.conflicts.find(
      ({ claims }) => claims.includes('free list') && claims.some((c) => c.startsWith('mapped')),
    );
    if (conflict === undefined) return undefined;
    const found = describe(view, conflict);
    return trouble
      ? { ...found, message: `${found.message}; it ends in ${trouble.message}` }
      : found;
  },
};

type Conflict = OwnershipSnapshot['conflicts'][number];

function describe({ observed, sharing }: StepView, { page: ppn, claims }: Conflict): Disagreement {
  const page = pageAddress(ppn);
  const more = observed.conflicts.length - 1;
  const both = claims.join(' and ');
  const lost = claims.length === 0;
  return {
    message:
      `page ${hex(page)} is ${lost ? 'lost: neither free nor reachable' : both}` +
      `${more > 0 ? `, and ${more} more pages are wrong` : ''}`,
    expected: `one class, owners ${sharing.describeOwners(ppn)}`,
    received: lost ? 'in no class: lost' : `in ${claims.length}: ${both}`,
    page,
  };
}
