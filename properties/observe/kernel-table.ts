import { PAGE_BYTES } from '../../spec/units.ts';
import { MAXVA } from '../../spec/xv6.ts';
import { CLAIM, type PageClaims } from './page-claims.ts';
import type { TableListener } from './page-table-forest.ts';

/**
 * Reads a kernel page table into claims: its own pages, and the kernel stacks, which xv6 maps near the top of
 * the address space. Everything else it maps at its own address and owns nothing of.
 * @param isOther pages mapped up there that are not stacks
 */
export function kernelTableListener(
  claims: PageClaims,
  isOther: (page: number) => boolean,
): TableListener {
  return {
    table(page, present) {
      if (present) claims.add(page, CLAIM.kernelTable);
      else claims.remove(page, CLAIM.kernelTable);
    },
    leaf(va, page, _, present) {
      if (va < MAXVA / 2 || va === page * PAGE_BYTES || isOther(page)) return;
      if (present) claims.add(page, CLAIM.kstack);
      else claims.remove(page, CLAIM.kstack);
    },
  };
}
