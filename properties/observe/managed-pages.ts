import { PTE_V, TABLE_ENTRIES } from '../../spec/sv39.ts';
import { PAGE_BYTES } from '../../spec/units.ts';
import type { KernelLayout } from './api.ts';
import type { GuestWords } from './guest-words.ts';
import { pageOfPte, pteIsLeaf } from './sv39.ts';

/** xv6's RAM when the kernel's page table does not tell: 128 MiB. */
const DEFAULT_RAM_BYTES = 128 * 1024 * 1024;

/** Page numbers [first, end) that the kernel's allocator manages. */
export interface ManagedPages {
  readonly first: number;
  readonly end: number;
}

/**
 * From the kernel's `end` to PHYSTOP. PHYSTOP is a constant that leaves no trace in symbols, but the kernel
 * maps RAM up to it at its own addresses (kvmmake in vm.c).
 */
export function managedPages(layout: KernelLayout, guest: GuestWords): ManagedPages {
  const first = layout.firstManaged / PAGE_BYTES;
  const root = layout.kernelPagetable === undefined ? 0 : guest.u64(layout.kernelPagetable);
  const lastPage = guest.end / PAGE_BYTES;
  const mapped = root === 0 ? 0 : identityEnd(guest, root, first);
  const fallback = Math.min((guest.base + DEFAULT_RAM_BYTES) / PAGE_BYTES, lastPage);
  return { first, end: mapped > first ? Math.min(mapped, lastPage) : fallback };
}

/** The first page from `page` on that the table at root does not map to itself. */
function identityEnd(guest: GuestWords, root: number, page: number): number {
  let current = page;
  for (;;) {
    const pages = identityAt(guest, root, current);
    if (pages === 0) return current;
    current = Math.floor(current / pages) * pages + pages;
  }
}

/** How many pages the leaf that maps this page to itself covers; 0 without such a leaf. */
function identityAt(guest: GuestWords, root: number, page: number): number {
  let table = root;
  for (
    let level = 2, span = TABLE_ENTRIES * TABLE_ENTRIES;
    level >= 0;
    level--, span /= TABLE_ENTRIES
  ) {
    if (table % PAGE_BYTES !== 0 || !guest.contains(table, PAGE_BYTES)) return 0;
    const at = table + (Math.floor(page / span) % TABLE_ENTRIES) * 8;
    const [low, high] = [guest.u32(at), guest.u32(at + 4)];
    if (!(low & PTE_V)) return 0;
    const target = pageOfPte(low, high);
    if (pteIsLeaf(low)) return target === Math.floor(page / span) * span ? span : 0;
    table = target * PAGE_BYTES;
  }
  return 0;
}
