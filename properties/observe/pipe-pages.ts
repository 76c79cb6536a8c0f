import { PAGE_BYTES, type Ppn, ppn } from '../../spec/units.ts';
import type { FileTableLayout } from './api.ts';
import type { GuestWords } from './guest-words.ts';
import { CLAIM, type PageClaims } from './page-claims.ts';

/** The pages of pipes, found from the open files that are their ends. */
export interface PipePages {
  update(guest: GuestWords, written: Uint32Array): void;
  readonly pages: readonly Ppn[];
}

export function pipePages(layout: FileTableLayout | undefined, claims: PageClaims): PipePages {
  let pages: readonly Ppn[] = [];
  let isFirst = true;
  return {
    get pages() {
      return pages;
    },
    update(guest, written) {
      if (layout === undefined || !(isFirst || touches(layout, written))) return;
      isFirst = false;
      const now = readPipes(guest, layout);
      for (const page of pages) if (!now.has(page)) claims.remove(page, CLAIM.pipe);
      const before = new Set(pages);
      for (const page of now) if (!before.has(page)) claims.add(page, CLAIM.pipe);
      pages = [...now];
    },
  };
}

function touches(layout: FileTableLayout, written: Uint32Array): boolean {
  const first = Math.floor(layout.address / PAGE_BYTES);
  const last = Math.floor((layout.address + layout.count * layout.strideBytes - 1) / PAGE_BYTES);
  return written.some((page) => page >= first && page <= last);
}

function readPipes(guest: GuestWords, layout: FileTableLayout): Set<Ppn> {
  const pages = new Set<Ppn>();
  for (let i = 0; i < layout.count; i++) {
    const at = layout.address + i * layout.strideBytes;
    if (guest.unsigned(at, layout.type) !== layout.pipeType) continue;
    if (layout.ref !== undefined && guest.signed(at, layout.ref) <= 0) continue;
    const pipe = guest.unsigned(at, layout.pipe);
    if (pipe !== 0) pages.add(ppn(Math.floor(pipe / PAGE_BYTES)));
  }
  return pages;
}
