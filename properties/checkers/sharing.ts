import type { Mapping, OwnershipSnapshot } from '../../spec/ownership.ts';
import type { GuestSlot } from '../guest/api.ts';

export const INIT = -1;

/** User pages of init and of the slots that are not reaped yet (a zombie keeps its pages). */
export interface Sharing {
  /** mappings of each process, ascending by va; key −1 is init */
  mappings: ReadonlyMap<number, readonly Mapping[]>;
  /** processes that map a page, whoever they are */
  ownerCount(ppn: number): number;
  /** `s0@0x3000, s2@0x3000` */
  describeOwners(ppn: number): string;
  /** pages with more than one owner */
  shared: ReadonlySet<number>;
}

/**
 * Mappings of init above this many pages are memory that it holds to leave little free: never shared
 * and never touched, so they are not looked at again after every step.
 */
const INIT_PAGES = 32;

/** Regroups an observation by the slots of the sequence. Costs the mappings of the slots. */
export function sharingOf(
  observed: OwnershipSnapshot,
  slots: readonly GuestSlot[],
  initIndex: number,
): Sharing {
  const slotOfPid = new Map<number, number>(slots.map((slot, at) => [slot.pid, at]));
  const mappings = new Map<number, readonly Mapping[]>();
  const counts = new Map<number, number>();
  for (const process of observed.processes) {
    const slot = process.index === initIndex ? INIT : slotOfPid.get(process.pid);
    if (slot === undefined) continue;
    const kept = slot === INIT ? firstPages(process.mappings) : process.mappings;
    mappings.set(slot, kept);
    for (const { ppn } of kept) counts.set(ppn, (counts.get(ppn) ?? 0) + 1);
  }
  const shared = new Set<number>();
  for (const [ppn, count] of counts) if (count > 1) shared.add(ppn);
  return {
    mappings,
    shared,
    ownerCount: (ppn) => counts.get(ppn) ?? 0,
    describeOwners: (ppn) => describe(mappings, ppn),
  };
}

/** The same array for the same list, so that what was made of it can be used again. */
function firstPages(mappings: readonly Mapping[]): readonly Mapping[] {
  if (mappings.length <= INIT_PAGES) return mappings;
  let first = beginnings.get(mappings);
  if (first === undefined) {
    first = mappings.slice(0, INIT_PAGES);
    beginnings.set(mappings, first);
  }
  return first;
}
const beginnings = new WeakMap<readonly Mapping[], readonly Mapping[]>();

function describe(mappings: ReadonlyMap<number, readonly Mapping[]>, page: number): string {
  const owners: string[] = [];
  for (const [slot, list] of mappings) {
    for (const { va, ppn } of list) {
      if (ppn === page) owners.push(`${slotName(slot)}@0x${va.toString(16)}`);
    }
  }
  return owners.length === 0 ? 'nobody' : owners.join(', ');
}

export const slotName = (slot: number): string => (slot === INIT ? 'init' : `s${slot}`);
