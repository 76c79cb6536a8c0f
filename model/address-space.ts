/**
 * What the kernel does to one page of an address space: giving it a frame at first use, and making it
 * writable for one owner, which is copy-on-write itself. User stores and copyout both end here.
 */
import { PTE_R, PTE_U, PTE_W, pageRoundDown } from '../spec/sv39.ts';
import { MAXVA } from '../spec/xv6.ts';
import { overwrite, type Unknown, ZERO_PAGE } from './content.ts';
import { addFrame, changeRefs, contentOf, refsOf, setContent } from './frames.ts';
import {
  type Entry,
  entry,
  flagsOf,
  frameOf,
  lookup,
  mappedPages,
  missingTables,
  type PageMap,
  PROTECTED,
  withEntries,
} from './page-map.ts';
import { type Process, processOf } from './state.ts';
import { allocate, allocateAll, allocationsLeft, choose, note, update, type Work } from './work.ts';

/** `denied`: not mapped, or not for user code, or not writable. `no-memory`: an allocation failed. */
export type PageAccess = 'ok' | 'denied' | 'no-memory';

/** Makes a page readable: mapped for user code, given a frame now if sbrk deferred that. */
export function makePresent(work: Work, slot: number, va: number): PageAccess {
  if (!(va >= 0 && va < MAXVA)) return 'denied';
  const process = processOf(work, slot);
  const e = lookup(process.pages, va);
  if (e !== 0) return e & PTE_U ? 'ok' : 'denied';
  if (work.profile.lazySbrk === 'never' || !isPromised(work, process, va)) return 'denied';
  const tables = missingTables(process.pages, va);
  const left = allocationsLeft(work);
  if (!allocateAll(work, 1 + tables.length)) {
    update(work, slot, { optionalTables: tables.slice(0, left) });
    return 'no-memory';
  }
  setEntry(work, slot, va, entry(addFrame(work.frames, ZERO_PAGE), PTE_R | PTE_W | PTE_U));
  return 'ok';
}

/**
 * Did sbrk promise this address? Between a break inside a page and that page's end some kernels say
 * yes, since they look at the page, and others no; xv6 itself does the one in copyout and the other in
 * a fault.
 */
function isPromised(work: Work, process: Process, va: number): boolean {
  if (va < process.sizeBytes) return true;
  return pageRoundDown(va) < process.sizeBytes && choose(work, 2) === 1;
}

/**
 * Makes a page writable by its process alone: the frame of a sole owner is reused, a shared one is
 * copied. A page that was never writable is denied.
 */
export function makeWritable(work: Work, slot: number, va: number): PageAccess {
  const present = makePresent(work, slot, va);
  if (present !== 'ok') return present;
  const e = lookup(processOf(work, slot).pages, va);
  if (!(e & PTE_W)) return 'denied';
  const frame = frameOf(e);
  if (refsOf(work.frames, frame) > 1) return copyPage(work, slot, va, e);
  if (!(e & PROTECTED)) return 'ok';
  if (!reuseOrCopySole(work)) return 'no-memory';
  setEntry(work, slot, va, e & ~PROTECTED);
  return 'ok';
}

function copyPage(work: Work, slot: number, va: number, e: Entry): PageAccess {
  if (!allocate(work)) return 'no-memory';
  const copy = addFrame(work.frames, contentOf(work.frames, frameOf(e)));
  dropFrame(work, frameOf(e));
  setEntry(work, slot, va, entry(copy, flagsOf(e)));
  return 'ok';
}

/**
 * The last owner of a page that was shared: a kernel may set W again, or copy and free as always. The
 * two differ only in the allocation, hence only where one may fail. False when it fails.
 */
function reuseOrCopySole(work: Work): boolean {
  const mayFail = Number.isFinite(work.failAt) || work.free === 0;
  if (!mayFail) return true;
  if (work.copiesSoleOwner === undefined) {
    work.copiesSoleOwner = choose(work, 2) === 1;
    note(work, work.copiesSoleOwner ? 'a sole owner copies' : 'a sole owner reuses its page');
  }
  if (!work.copiesSoleOwner) return true;
  if (!allocate(work)) return false;
  work.free++;
  return true;
}

function setEntry(work: Work, slot: number, va: number, e: Entry): void {
  const { pages } = processOf(work, slot);
  update(work, slot, { pages: withEntries(pages, [[pageRoundDown(va), e]]) });
}

/** Drops one mapping of a frame; the last one gives the page back. */
export function dropFrame(work: Work, frame: number): void {
  if (changeRefs(work.frames, frame, -1)) work.free++;
}

/** Drops every mapping of an address space that is going away. Its table pages are the caller's. */
export function dropAllFrames(work: Work, pages: PageMap): void {
  for (const [, e] of mappedPages(pages)) dropFrame(work, frameOf(e));
}

/** The code that a process runs lies in the first half of page 0: old kernels let it be written. */
const CODE_BYTES = 2048;

/** Writes into the frame of a page that `makeWritable` granted; `unknown` marks parts of `bytes`. */
export function writeFrame(
  work: Work,
  slot: number,
  va: number,
  bytes: Uint8Array,
  unknown: readonly Unknown[] = [],
): void {
  const frame = frameOf(lookup(processOf(work, slot).pages, va));
  const owners = refsOf(work.frames, frame);
  if (owners !== 1) throw new Error(`writeFrame: frame ${frame} has ${owners} owners`);
  const at = va - pageRoundDown(va);
  if (va < CODE_BYTES) work.derailed = true;
  setContent(work.frames, frame, overwrite(contentOf(work.frames, frame), at, bytes, unknown));
}
