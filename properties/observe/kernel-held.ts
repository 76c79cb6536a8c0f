import { PAGE_BYTES, type Ppn, ppn } from '../../spec/units.ts';
import type { RootWord } from './api.ts';
import type { GuestWords } from './guest-words.ts';
import type { ManagedPages } from './managed-pages.ts';

/**
 * Which of the pages that nothing else claims the kernel itself holds: rings of a device, tables taken at
 * boot. Found by following what looks like a pointer from the kernel's data, and on from the pages found; a
 * page counts as held while the word that led to it still does.
 */
export interface KernelHeld {
  /** Pages that were taken before the first look and that nothing found leads to; undefined until then. */
  readonly unexplained: ReadonlySet<number> | undefined;
  /**
   * Splits `unclaimed` in held and lost. Costs one look per held page while nothing changes, and one search of
   * the roots when a page appears that is not known to be held.
   */
  classify(
    guest: GuestWords,
    unclaimed: ReadonlySet<number>,
  ): { kept: readonly Ppn[]; lost: ReadonlySet<number> };
}

export function kernelHeld(roots: readonly RootWord[], managed: ManagedPages): KernelHeld {
  /** page to the address of a word that points to it */
  const holders = new Map<number, number>();
  /** Held by nothing that can be found, but since before the first look: counted as the kernel's. */
  let sinceBoot: ReadonlySet<number> | undefined;

  function stillHeld(guest: GuestWords, page: number, unclaimed: ReadonlySet<number>): boolean {
    const holder = holders.get(page);
    if (holder === undefined || pageAt(guest, holder) !== page) return false;
    const holderPage = Math.floor(holder / PAGE_BYTES);
    return holderPage < managed.first || unclaimed.has(holderPage);
  }

  function search(guest: GuestWords, unclaimed: ReadonlySet<number>): void {
    holders.clear();
    const queue: number[] = [];
    const visit = (address: number) => {
      const page = pageAt(guest, address);
      if (!unclaimed.has(page) || holders.has(page)) return;
      holders.set(page, address);
      queue.push(page);
    };
    for (const { address } of roots) visit(address);
    for (let page = queue.pop(); page !== undefined; page = queue.pop()) {
      const start = page * PAGE_BYTES;
      for (let address = start; address < start + PAGE_BYTES; address += 8) visit(address);
    }
  }

  return {
    get unexplained() {
      return sinceBoot;
    },
    classify(guest, unclaimed) {
      let searched = false;
      const kept: Ppn[] = [];
      const lost = new Set<number>();
      for (const page of unclaimed) {
        if (!searched && !stillHeld(guest, page, unclaimed) && !sinceBoot?.has(page)) {
          search(guest, unclaimed);
          searched = true;
        }
        if (holders.has(page) || sinceBoot?.has(page)) kept.push(ppn(page));
        else lost.add(page);
      }
      if (sinceBoot !== undefined) return { kept, lost };
      sinceBoot = lost;
      return { kept: [...kept, ...[...lost].map((page) => ppn(page))], lost: new Set() };
    },
  };
}

function pageAt(guest: GuestWords, address: number): number {
  return Math.floor(guest.u64(address) / PAGE_BYTES);
}
