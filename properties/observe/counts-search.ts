import { PAGE_BYTES } from '../../spec/units.ts';
import type { CountsCandidate, CountsScheme } from './api.ts';
import type { GuestWords } from './guest-words.ts';
import type { ManagedPages } from './managed-pages.ts';

/** What is known about pages at one moment: how often each is mapped, and which are free. */
export interface KnownPages {
  /** page to number of mappings, for pages with at least one */
  readonly mapped: ReadonlyMap<number, number>;
  readonly isFree: (page: number) => boolean;
}

/** The value at a page's place under a scheme; undefined outside the array. */
export function countAt(guest: GuestWords, scheme: CountsScheme, page: number): number | undefined {
  const { candidate, step, origin } = scheme;
  const index = page * step + origin;
  if (index < 0 || index >= candidate.length) return undefined;
  const base = candidate.indirect ? guest.u64(candidate.address) : candidate.address;
  const at = base + index * candidate.strideBytes;
  if (!guest.contains(at + candidate.count.offset, candidate.count.sizeBytes)) return undefined;
  return candidate.count.signed
    ? guest.signed(at, candidate.count)
    : guest.unsigned(at, candidate.count);
}

/** Free pages that are compared: enough to tell counts from any other data. */
const SAMPLES = 64;

/**
 * The first candidate and index that agree with what is known. Counts of mappings tell themselves as soon as
 * something is mapped: 1 for every such page, and something else, mostly 0, for free ones. Counts of mappings
 * minus one look like any zeros until pages are shared.
 * @param named the candidates were chosen by name, so the best index is taken even if a few pages disagree
 */
export function searchCounts(
  guest: GuestWords,
  candidates: readonly CountsCandidate[],
  managed: ManagedPages,
  known: KnownPages,
  named: boolean,
): CountsScheme | undefined {
  const schemes = candidates.flatMap((candidate) => indexSchemes(candidate, managed));
  const isShared = [...known.mapped.values()].some((count) => count > 1);
  for (const bias of isShared ? [0, -1] : [0]) {
    const fitting = schemes
      .map((scheme) => ({ ...scheme, bias }))
      .find((scheme) => fits(guest, scheme, managed, known));
    if (fitting !== undefined) return fitting;
  }
  return named ? bestOf(guest, schemes, known) : undefined;
}

/** Where page 0's count would be, in the ways that kernels index: from 0, KERNBASE, `end`, or down from PHYSTOP. */
function indexSchemes(candidate: CountsCandidate, { first, end }: ManagedPages): CountsScheme[] {
  const kernbase = 0x8000_0000 / PAGE_BYTES;
  const up = [0, -kernbase, -first, -(first - 1)].map((origin) => ({ step: 1 as const, origin }));
  const down = [end, end - 1].map((origin) => ({ step: -1 as const, origin }));
  return [...up, ...down].map((way) => ({ candidate, ...way, bias: 0 }));
}

function fits(
  guest: GuestWords,
  scheme: CountsScheme,
  managed: ManagedPages,
  known: KnownPages,
): boolean {
  if (known.mapped.size === 0) return false;
  for (const [page, mappings] of known.mapped) {
    if (countAt(guest, scheme, page) !== mappings + scheme.bias) return false;
  }
  return isTelling(known) || (scheme.bias === 0 && freeDiffer(guest, scheme, managed, known));
}

/** Free pages are not counted as mapped once, or any array of ones would do. */
function freeDiffer(
  guest: GuestWords,
  scheme: CountsScheme,
  { first, end }: ManagedPages,
  known: KnownPages,
): boolean {
  const step = Math.max(1, Math.floor((end - first) / SAMPLES));
  let different = 0;
  let free = 0;
  for (let page = first; page < end; page += step) {
    if (!known.isFree(page)) continue;
    const value = countAt(guest, scheme, page);
    if (value === undefined) return false;
    free++;
    if (value !== 1 + scheme.bias) different++;
  }
  return different * 2 > free;
}

/** Pages mapped differently often, or three times: no flag per page agrees with that by chance. */
function isTelling(known: KnownPages): boolean {
  const counts = new Set(known.mapped.values());
  return counts.size > 1 || Math.max(...counts) > 2;
}

function bestOf(
  guest: GuestWords,
  schemes: readonly CountsScheme[],
  known: KnownPages,
): CountsScheme | undefined {
  let best: CountsScheme | undefined;
  let bestAgreeing = 0;
  for (const scheme of schemes) {
    let agreeing = 0;
    for (const [page, mappings] of known.mapped) {
      if (countAt(guest, scheme, page) === mappings) agreeing++;
    }
    if (agreeing > bestAgreeing) [best, bestAgreeing] = [scheme, agreeing];
  }
  return best;
}
