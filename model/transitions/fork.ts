/**
 * fork: the child gets a page table of its own and, with copy-on-write, the parent's frames; both lose
 * the right to write in place until a store asks for it (lab text, "The solution").
 */
import { PTE_W } from '../../spec/sv39.ts';
import { addFrame, changeRefs, contentOf } from '../frames.ts';
import { value } from '../outcome.ts';
import {
  copyMappings,
  type Entry,
  entry,
  flagsOf,
  frameOf,
  mappedPages,
  type PageMap,
  PROTECTED,
  tablePages,
  withEntries,
} from '../page-map.ts';
import { processOf } from '../state.ts';
import { allocateAll, show, update, type Work } from '../work.ts';

/**
 * Fails with −1 when the process table is full or an allocation fails; then nothing has changed but
 * that the parent's pages may be write-protected.
 */
export function fork(work: Work, slot: number): boolean {
  const parent = processOf(work, slot);
  const inUse = work.processes.filter((p) => p.status !== 'gone').length;
  if (inUse >= work.profile.nproc) return show(work, slot, value(-1));
  const pages = copyMappings(parent.pages);
  const copies = work.profile.cow ? 0 : pages.mapped;
  const needed = work.before.pagesPerProcess + tablePages(pages) + copies;
  if (work.profile.cow) update(work, slot, { pages: protect(parent.pages) });
  if (!allocateAll(work, needed)) return show(work, slot, value(-1));
  const child = work.processes.length - 1;
  work.processes.push({
    ...parent,
    slot: child,
    parent: slot,
    optionalTables: [],
    pages: work.profile.cow ? share(work, pages) : duplicate(work, pages),
  });
  for (const file of parent.descriptors) {
    const open = work.files.get(file);
    if (open) work.files.set(file, { ...open, refs: open.refs + 1 });
  }
  show(work, slot, { kind: 'pid', slot: child });
  return show(work, child, value(0));
}

/** The map with every writable page possibly write-protected by the hardware. */
function protect(pages: PageMap): PageMap {
  const changed: [number, Entry][] = [];
  for (const [va, e] of mappedPages(pages)) {
    if (e & PTE_W && !(e & PROTECTED)) changed.push([va, e | PROTECTED]);
  }
  return changed.length > 0 ? withEntries(pages, changed) : pages;
}

function share(work: Work, pages: PageMap): PageMap {
  for (const [, e] of mappedPages(pages)) changeRefs(work.frames, frameOf(e), 1);
  return protect(pages);
}

function duplicate(work: Work, pages: PageMap): PageMap {
  const copies: [number, Entry][] = [];
  for (const [va, e] of mappedPages(pages)) {
    copies.push([va, entry(addFrame(work.frames, contentOf(work.frames, frameOf(e))), flagsOf(e))]);
  }
  return withEntries(pages, copies);
}
