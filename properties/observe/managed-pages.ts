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
  const leaf = findLeaf(guest, root, page);
  return leaf !== undefined && leaf.page === page ? leaf.span : 0;
}

/** The physical page that a page table maps virtual page `vpage` to. */
export function leafAt(guest: GuestWords, root: number, vpage: number): number | undefined {
  return findLeaf(guest, root, vpage)?.page;
}

/** Walks a page table; `span` is how many pages the leaf covers. */
function findLeaf(guest: GuestWords, root: number, vpage: number) {
  let table = root;
  for (let level = 2, span = TABLE_ENTRIES ** 2; level >= 0; level--, span /= TABLE_ENTRIES) {
    if (table % PAGE_BYTES !== 0 || !guest.contains(table, PAGE_BYTES)) return undefined;
    const at = table + (Math.floor(vpage / span) % TABLE_ENTRIES) * 8;
    const [low, high] = [guest.u32(at), guest.u32(at + 4)];
    if (!(low & PTE_V)) return undefined;
    const target = pageOfPte(low, high);
    if (pteIsLeaf(low)) return { page: target + (vpage % span), span };
    table = target * PAGE_BYTES;
  }
  return undefined;
}
