/** sbrk: the break up or down; memory pressure, which is sbrk with a goal. */
import { LEVEL0_BYTES, PTE_R, PTE_U, PTE_W, PTE_X, pageRoundUp } from '../../spec/sv39.ts';
import { PAGE_BYTES } from '../../spec/units.ts';
import { TRAPFRAME } from '../../spec/xv6.ts';
import { dropFrame, makePresent } from '../address-space.ts';
import { ZERO_PAGE } from '../content.ts';
import { addFrame } from '../frames.ts';
import { value } from '../outcome.ts';
import {
  type Entry,
  entry,
  frameOf,
  lookup,
  missingTables,
  type PageMap,
  withEntries,
} from '../page-map.ts';
import { processOf } from '../state.ts';
import { allocateAll, allocationsLeft, choose, note, show, update, type Work } from '../work.ts';
import { killNow } from './exit.ts';

/** The old break, or −1 with the break unchanged. `bytes` is cut to 32 bits as the kernel does. */
export function sbrk(
  work: Work,
  slot: number,
  request: { bytes: number; lazy?: boolean },
): boolean {
  const bytes = request.bytes | 0;
  const { sizeBytes } = processOf(work, slot);
  if (bytes < 0) return shrink(work, slot, sizeBytes + bytes);
  if (sizeBytes + bytes > TRAPFRAME) return show(work, slot, value(-1));
  const { lazySbrk } = work.profile;
  const lazy = lazySbrk === 'always' || (lazySbrk === 'asked' && request.lazy === true);
  if (!lazy && !grow(work, slot, sizeBytes + bytes)) return show(work, slot, value(-1));
  update(work, slot, { sizeBytes: sizeBytes + bytes });
  return show(work, slot, value(sizeBytes));
}

/** Below address 0 xv6 does nothing and reports the old break; others say −1. */
function shrink(work: Work, slot: number, newSize: number): boolean {
  const { sizeBytes, pages } = processOf(work, slot);
  if (newSize < 0) {
    const refuses = choose(work, 2) === 1;
    note(work, `sbrk below 0 ${refuses ? 'fails' : 'changes nothing'}`);
    return show(work, slot, value(refuses ? -1 : sizeBytes));
  }
  const gone: [number, Entry][] = [];
  for (let at = pageRoundUp(newSize); at < pageRoundUp(sizeBytes); at += PAGE_BYTES) {
    if (!pages.level0.has(Math.floor(at / LEVEL0_BYTES))) {
      at = Math.floor(at / LEVEL0_BYTES) * LEVEL0_BYTES + LEVEL0_BYTES - PAGE_BYTES;
      continue;
    }
    const e = lookup(pages, at);
    if (e === 0) continue;
    dropFrame(work, frameOf(e));
    gone.push([at, 0]);
  }
  update(work, slot, { sizeBytes: newSize, pages: withEntries(pages, gone) });
  // The program's own code starts at page 0: without it, it cannot even return from the call.
  if (pageRoundUp(newSize) === 0) return killNow(work, slot);
  return show(work, slot, value(sizeBytes));
}

/** Maps zeroed pages up to the new break; false, and no page kept, when an allocation fails. */
function grow(work: Work, slot: number, newSize: number): boolean {
  const { pages, sizeBytes } = processOf(work, slot);
  const from = pageRoundUp(sizeBytes);
  const count = Math.max(0, pageRoundUp(newSize) - from) / PAGE_BYTES;
  const tables = tablesFor(pages, from, count);
  const left = allocationsLeft(work);
  if (!allocateAll(work, count + tables.length)) {
    const attempted = tablesFor(pages, from, Math.min(count, left + 1));
    update(work, slot, { optionalTables: attempted.slice(0, left) });
    return false;
  }
  const flags = PTE_R | PTE_W | PTE_U | (work.profile.heapExecutable ? PTE_X : 0);
  const added: [number, Entry][] = [];
  for (let i = 0; i < count; i++) {
    added.push([from + i * PAGE_BYTES, entry(addFrame(work.frames, ZERO_PAGE), flags)]);
  }
  update(work, slot, { pages: withEntries(pages, added) });
  return true;
}

/** Table pages that mapping `count` pages from `from` adds, in the order of their making. */
function tablesFor(pages: PageMap, from: number, count: number): number[] {
  const tables = new Set<number>();
  const end = from + count * PAGE_BYTES;
  for (let at = from; at < end; at = Math.floor(at / LEVEL0_BYTES + 1) * LEVEL0_BYTES) {
    for (const table of missingTables(pages, at)) tables.add(table);
  }
  return [...tables];
}

/**
 * Pages that the acting process must take with sbrk so that `target` are free afterwards, its new
 * table pages counted; as near as can be from above. 0 when no more than that are free.
 */
export function pressurePages(pages: PageMap, sizeBytes: number, free: number, target: number) {
  const from = pageRoundUp(sizeBytes);
  const goal = Math.max(0, free - Math.max(0, target));
  let count = goal;
  while (count > 0 && count + tablesFor(pages, from, count).length > goal) count--;
  return count;
}

/**
 * Takes memory until `freePages` are free: the driver calls sbrk with what `pressurePages` says, and stores
 * a zero to each page of it, for which a lazy kernel gives it a frame, or ends the process.
 */
export function pressure(work: Work, slot: number, { freePages }: { freePages: number }): boolean {
  const { pages, sizeBytes } = processOf(work, slot);
  const count = pressurePages(pages, sizeBytes, work.free, freePages);
  const newSize = sizeBytes + count * PAGE_BYTES;
  if (work.profile.lazySbrk !== 'always' || newSize > TRAPFRAME) {
    return sbrk(work, slot, { bytes: newSize - sizeBytes });
  }
  update(work, slot, { sizeBytes: newSize });
  for (let va = pageRoundUp(sizeBytes); va < newSize; va += PAGE_BYTES) {
    if (makePresent(work, slot, va) !== 'ok') return killNow(work, slot);
  }
  return show(work, slot, value(sizeBytes));
}
