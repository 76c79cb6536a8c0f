/** The clauses on the core: some are predicates on a state, some on a transition. */
import type { Clause } from '../../spec/clause.ts';
import {
  COW,
  entryAt,
  FREE,
  frameAt,
  type Layout,
  LIVE,
  ONE,
  parentOf,
  type Row,
  statusOf,
  UNUSED,
  W,
  ZOMBIE,
} from './bounds.ts';
import type { Rules } from './rules.ts';
import type { Action, Seen } from './transitions.ts';

const UNMAPPED = 2;

/** What the clauses ask of the state before a transition, found once for all that leave it. */
export interface Before {
  row: Row;
  /** what each process reads in each page: a bit, or UNMAPPED */
  views: Uint8Array;
  /** mappings of each frame; index 0 counts unmapped pages */
  owners: Uint8Array;
  freeFrames: number;
}

export const emptyBefore = (l: Layout): Before => ({
  row: new Uint8Array(l.size),
  views: new Uint8Array(l.processes * l.pages),
  owners: new Uint8Array(l.frames + 1),
  freeFrames: 0,
});

/** Brings the rest up to date with `before.row`. */
export function lookAt(l: Layout, before: Before): void {
  const { row, views, owners } = before;
  for (let i = 0; i < views.length; i++) views[i] = viewOf(l, row, row[l.entries + i]!);
  countOwners(l, row, owners);
  before.freeFrames = 0;
  for (let f = 1; f <= l.frames; f++) if (row[frameAt(l, f)]! & FREE) before.freeFrames++;
}

/** The bit that an entry shows, or UNMAPPED. */
const viewOf = (l: Layout, row: Row, e: number): number =>
  e === 0 ? UNMAPPED : (row[frameAt(l, e >> 2)]! & ONE) >> 1;

/** Mappings of each frame, counted; index 0 counts unmapped pages. */
function countOwners(l: Layout, row: Row, into: Uint8Array): Uint8Array {
  for (let f = 0; f <= l.frames; f++) into[f] = 0;
  const end = l.entries + l.processes * l.pages;
  for (let at = l.entries; at < end; at++) into[row[at]! >> 2]!++;
  return into;
}

/** Mappings of one frame. */
function ownersOf(l: Layout, row: Row, frame: number): number {
  let n = 0;
  const end = l.entries + l.processes * l.pages;
  for (let at = l.entries; at < end; at++) if (row[at]! >> 2 === frame) n++;
  return n;
}

/** At most 60 frames, and 8 × 8 pages. */
const mappedNow = new Uint8Array(64);
const mustRead = new Uint8Array(64);

/** The first clause that a state breaks. */
export function brokenByState(l: Layout, row: Row): Clause | undefined {
  const mapped = countOwners(l, row, mappedNow);
  for (let f = 1; f <= l.frames; f++) {
    const byte = row[frameAt(l, f)]!;
    const n = mapped[f]!;
    if (byte & FREE && n > 0) return 'use-after-free';
    if (!(byte & FREE) && n === 0) return 'conservation';
    if (!(byte & FREE) && byte >> 2 !== n) return 'refcount';
  }
  return brokenPermission(l, row, mapped) ?? brokenQuiescence(l, row);
}

function brokenPermission(l: Layout, row: Row, mapped: Uint8Array): Clause | undefined {
  for (let p = 0; p < l.processes; p++) {
    for (let v = 0; v < l.pages; v++) {
      const e = row[entryAt(l, p, v)]!;
      if (e === 0) continue;
      if (v < l.readOnly ? e & (W | COW) : e & W && mapped[e >> 2]! > 1) return 'permission';
      if (v >= l.readOnly && (e & (W | COW)) === 0) return 'liveness';
      for (let q = 0; q < p; q++) {
        for (let w = 0; w < l.pages; w++) {
          if (w !== v && row[entryAt(l, q, w)]! >> 2 === e >> 2) return 'ownership';
        }
      }
    }
  }
  return undefined;
}

/** Every zombie can be waited for; an empty machine has all its frames free (else conservation). */
function brokenQuiescence(l: Layout, row: Row): Clause | undefined {
  for (let p = 0; p < l.processes; p++) {
    if (statusOf(row, p) !== ZOMBIE) continue;
    const parent = parentOf(row, p);
    if (parent >= 0 && statusOf(row, parent) !== LIVE) return 'quiescence';
  }
  return undefined;
}

/**
 * What the action must show, from the state before it, the meaning of the operation, and which of the
 * correct designs it is: not from the rules that may be broken.
 */
function expected(l: Layout, rules: Rules, before: Before, action: Action): Seen {
  const { name, p, v, oom } = action;
  const { row, owners, freeFrames } = before;
  const noFrame = oom || freeFrames === 0;
  if (name === 'store' || name === 'copyout') {
    const refused: Seen = name === 'store' ? 'killed' : 'failed';
    const e = row[entryAt(l, p, v)]!;
    if (e === 0 || v < l.readOnly) return refused;
    const copies = owners[e >> 2]! > 1 || (copiesSole(rules) && (e & W) === 0);
    return noFrame && copies ? refused : 'ok';
  }
  if (name === 'fork') {
    const copies = rules.forkCopies ? mappedPages(l, row, p) : 0;
    const fails = v < l.pages || !hasUnused(l, row) || copies > freeFrames;
    return fails ? 'failed' : 'ok';
  }
  if (name === 'exec') return oom || freeFrames < l.image ? 'failed' : 'ok';
  if (name === 'grow') return noFrame || heapPages(l, row, p) === heapRoom(l) ? 'failed' : 'ok';
  if (name === 'shrink') return heapPages(l, row, p) === 0 ? 'failed' : 'ok';
  return 'ok';
}

/** Of the correct designs, does this one copy a page that it maps alone? */
const copiesSole = (rules: Rules): boolean => rules.solePage === 'copy';

function mappedPages(l: Layout, row: Row, p: number): number {
  let n = 0;
  for (let v = 0; v < l.pages; v++) if (row[entryAt(l, p, v)] !== 0) n++;
  return n;
}

const heapRoom = (l: Layout): number => l.pages - l.image;

function heapPages(l: Layout, row: Row, p: number): number {
  let n = 0;
  for (let v = l.image; v < l.pages; v++) if (row[entryAt(l, p, v)] !== 0) n++;
  return n;
}

function hasUnused(l: Layout, row: Row): boolean {
  for (let p = 0; p < l.processes; p++) if (statusOf(row, p) === UNUSED) return true;
  return false;
}

/** The first clause that a transition breaks. */
export function brokenByTransition(
  l: Layout,
  rules: Rules,
  before: Before,
  after: Row,
  action: Action,
  seen: Seen,
): Clause | undefined {
  if (seen !== expected(l, rules, before, action)) return 'result';
  const wrote = (action.name === 'store' || action.name === 'copyout') && seen === 'ok';
  if (wrote) {
    const e = after[entryAt(l, action.p, action.v)]!;
    if (after[frameAt(l, e >> 2)]! & FREE) return 'use-after-free';
    if (ownersOf(l, after, e >> 2) > 1) return 'isolation';
    // copyout by a kernel address leaves the entry as it is; a store needs W to ever end
    if (action.name === 'store' && !(e & W)) return 'liveness';
  }
  const { views, row } = before;
  for (let i = 0; i < views.length; i++) mustRead[i] = views[i]!;
  if (seen === 'ok') expectViews(l, row, action, mustRead);
  for (let i = 0; i < views.length; i++) {
    if (viewOf(l, after, after[l.entries + i]!) !== mustRead[i]) return 'content';
  }
  return undefined;
}

/** The meaning of an operation that succeeded, on what processes read. */
function expectViews(l: Layout, before: Row, { name, p, v, x }: Action, views: Uint8Array): void {
  const at = p * l.pages;
  if (name === 'store' || name === 'copyout') views[at + v] = x;
  else if (name === 'fork') {
    let child = 0;
    while (statusOf(before, child) !== UNUSED) child++;
    views.copyWithin(child * l.pages, at, at + l.pages);
  } else if (name === 'grow') views[at + l.image + heapPages(l, before, p)] = 0;
  else if (name === 'shrink') views[at + l.image + heapPages(l, before, p) - 1] = UNMAPPED;
  else if (name === 'exec' || name === 'start') {
    for (let page = 0; page < l.pages; page++) views[at + page] = page < l.image ? 0 : UNMAPPED;
  } else if (name === 'reap') views.fill(UNMAPPED, at, at + l.pages);
}
