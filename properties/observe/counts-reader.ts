import type { CountsScheme, KernelLayout } from './api.ts';
import { countAt, searchCounts } from './counts-search.ts';
import type { GuestWords } from './guest-words.ts';
import type { ManagedPages } from './managed-pages.ts';
import type { Owners } from './observed-process.ts';

/** The kernel's counts: searched for until they are found, then read. */
export interface CountsReader {
  readonly scheme: CountsScheme | undefined;
  search(owners: Owners, isFree: (page: number) => boolean): void;
  /** The count of a page in mappings; undefined without counts. */
  read(page: number): number | undefined;
}

export function countsReader(
  layout: KernelLayout,
  guest: GuestWords,
  managed: ManagedPages,
): CountsReader {
  let scheme: CountsScheme | undefined;
  return {
    get scheme() {
      return scheme;
    },
    search(owners, isFree) {
      if (scheme !== undefined || layout.counts.length === 0) return;
      const mapped = new Map<number, number>();
      for (const [page, list] of owners) mapped.set(page, list.length);
      const known = { mapped, isFree };
      scheme = searchCounts(guest, layout.counts, managed, known, layout.countsNamed);
    },
    read(page) {
      if (scheme === undefined) return undefined;
      const value = countAt(guest, scheme, page);
      return value === undefined ? undefined : value - scheme.bias;
    },
  };
}
