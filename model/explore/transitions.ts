/** The core's transitions: each changes a row in place and says what the process sees. */
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
  setProcess,
  statusOf,
  UNUSED,
  W,
  ZOMBIE,
} from './bounds.ts';
import type { Rules } from './rules.ts';

export type ActionName =
  | 'fork'
  | 'exit'
  | 'reap'
  | 'store'
  | 'copyout'
  | 'grow'
  | 'shrink'
  | 'exec'
  | 'start';

/**
 * One thing that may happen. `exit` stands for kill too, which has the same effect on memory; load and
 * copyin change nothing and are left out.
 */
export interface Action {
  name: ActionName;
  p: number;
  /** page of store and copyout; of fork, the pages that its memory suffices for */
  v: number;
  /** the bit that store and copyout write */
  x: number;
  /** does the next allocation fail? */
  oom: boolean;
}

export type Seen = 'ok' | 'failed' | 'killed';

/** Every action that might be enabled within the bounds; `apply` refuses those that are not. */
export function allActions(l: Layout): Action[] {
  const actions: Action[] = [];
  const each = (name: ActionName, p: number, v = 0, x = 0, failing = false) => {
    actions.push({ name, p, v, x, oom: false });
    if (failing && l.failing) actions.push({ name, p, v, x, oom: true });
  };
  for (let p = 0; p < l.processes; p++) {
    for (let reach = l.failing ? 0 : l.pages; reach <= l.pages; reach++) each('fork', p, reach);
    each('exit', p);
    each('reap', p);
    for (let v = 0; v < l.pages; v++) {
      for (const x of [0, 1]) {
        each('store', p, v, x, true);
        each('copyout', p, v, x, true);
      }
    }
    each('grow', p, 0, 0, true);
    each('shrink', p);
    each('exec', p, 0, 0, true);
  }
  each('start', 0);
  return actions;
}

/** Does the action in place; undefined, and the row as it was, when it is not enabled. */
export function apply(l: Layout, rules: Rules, row: Row, action: Action): Seen | undefined {
  const { name, p } = action;
  if (name === 'start') return start(l, row);
  if (name === 'reap') return reap(l, rules, row, p);
  if (statusOf(row, p) !== LIVE) return undefined;
  switch (name) {
    case 'fork':
      return fork(l, rules, row, p, action.v);
    case 'exit':
      return end(l, rules, row, p, 'ok');
    case 'store':
      return store(l, rules, row, action);
    case 'copyout':
      return copyout(l, rules, row, action);
    case 'grow':
      return grow(l, rules, row, p, action.oom);
    case 'shrink':
      return shrink(l, rules, row, p);
    case 'exec':
      return exec(l, rules, row, p, action.oom);
  }
}

// ---- frames ---------------------------------------------------------------------------------

/** A frame off the free list; 0 when there is none. Its content is `bit`, or what it was if undefined. */
function kalloc(l: Layout, rules: Rules, row: Row, bit: 0 | 1 | undefined): number {
  for (let f = 1; f <= l.frames; f++) {
    const byte = row[frameAt(l, f)]!;
    if (!(byte & FREE)) continue;
    const content = bit === undefined ? byte & ONE : bit ? ONE : 0;
    row[frameAt(l, f)] = (rules.allocCount(byte >> 2) << 2) | content;
    return f;
  }
  return 0;
}

/** Drops a reference; a count never wraps below 0 here, which `refcount` sees. */
function drop(l: Layout, rules: Rules, row: Row, f: number): void {
  const byte = row[frameAt(l, f)]!;
  const count = Math.max((byte >> 2) - 1, 0);
  row[frameAt(l, f)] = (count << 2) | (byte & (ONE | FREE));
  if (rules.freesAt(count)) free(l, rules, row, f);
}

/** On the free list; its content no longer matters, unless a rule lets somebody read it. */
function free(l: Layout, rules: Rules, row: Row, f: number): void {
  const byte = row[frameAt(l, f)]!;
  row[frameAt(l, f)] = (byte & (rules.growZeroes ? ~ONE : ~0)) | FREE;
}

function release(
  l: Layout,
  rules: Rules,
  row: Row,
  at: number,
  how: 'drop' | 'free' | 'forget',
): void {
  const f = row[at]! >> 2;
  row[at] = 0;
  if (f === 0 || how === 'forget') return;
  if (how === 'drop') drop(l, rules, row, f);
  else {
    row[frameAt(l, f)]! &= FREE | ONE;
    free(l, rules, row, f);
  }
}

// ---- processes ------------------------------------------------------------------------------

function fork(l: Layout, rules: Rules, row: Row, p: number, reach: number): Seen {
  let child = 0;
  while (child < l.processes && statusOf(row, child) !== UNUSED) child++;
  if (child === l.processes) return 'failed';
  if (rules.forkCopies) return copyingFork(l, rules, row, p, child, reach);
  for (let v = 0; v < reach; v++) {
    const at = entryAt(l, p, v);
    const e = row[at]!;
    if (e === 0) continue;
    const frame = frameAt(l, e >> 2);
    const byte = row[frame]!;
    row[frame] = (rules.forkCount(byte >> 2) << 2) | (byte & 3);
    row[at] = (e & ~3) | rules.forkParent(e & 3);
    row[entryAt(l, child, v)] = (e & ~3) | rules.forkChild(e & 3);
  }
  if (reach < l.pages) {
    undoFork(l, rules, row, p, child, reach);
    return 'failed';
  }
  setProcess(row, child, LIVE, p);
  return 'ok';
}

/** fork as it was before copy-on-write. */
function copyingFork(
  l: Layout,
  rules: Rules,
  row: Row,
  p: number,
  child: number,
  reach: number,
): Seen {
  for (let v = 0; v < l.pages; v++) {
    const e = row[entryAt(l, p, v)]!;
    if (e === 0 && v < reach) continue;
    const bit = row[frameAt(l, e >> 2)]! & ONE ? 1 : 0;
    const copy = v < reach ? kalloc(l, rules, row, bit) : 0;
    if (copy === 0) {
      while (v-- > 0) release(l, rules, row, entryAt(l, child, v), 'drop');
      return 'failed';
    }
    row[entryAt(l, child, v)] = (copy << 2) | (e & 3);
  }
  setProcess(row, child, LIVE, p);
  return 'ok';
}

function undoFork(l: Layout, rules: Rules, row: Row, p: number, child: number, reach: number) {
  for (let v = 0; v < reach; v++) {
    release(l, rules, row, entryAt(l, child, v), rules.forkUndoDrops ? 'drop' : 'forget');
    const at = entryAt(l, p, v);
    row[at] = (row[at]! & ~3) | rules.forkUndoParent(row[at]! & 3);
  }
}

function end(l: Layout, rules: Rules, row: Row, p: number, seen: Seen): Seen {
  setProcess(row, p, ZOMBIE, parentOf(row, p));
  for (let c = 0; rules.exitReparents && c < l.processes; c++) {
    if (parentOf(row, c) === p) setProcess(row, c, statusOf(row, c), -1);
  }
  return seen;
}

/** wait, by the parent or by init. */
function reap(l: Layout, rules: Rules, row: Row, c: number): Seen | undefined {
  if (statusOf(row, c) !== ZOMBIE) return undefined;
  const parent = parentOf(row, c);
  if (parent >= 0 && statusOf(row, parent) !== LIVE) return undefined;
  for (let v = 0; v < l.pages; v++) release(l, rules, row, entryAt(l, c, v), rules.reapReleases);
  setProcess(row, c, UNUSED, -1);
  return 'ok';
}

/** init starts a first process again when nobody is left. */
function start(l: Layout, row: Row): Seen | undefined {
  for (let p = 0; p < l.processes; p++) if (statusOf(row, p) !== UNUSED) return undefined;
  for (let v = 0; v < l.image; v++) {
    row[entryAt(l, 0, v)] = ((v + 1) << 2) | (v < l.readOnly ? 0 : W);
    row[frameAt(l, v + 1)] = 1 << 2;
  }
  setProcess(row, 0, LIVE, -1);
  return 'ok';
}

// ---- writing --------------------------------------------------------------------------------

type Resolution = 'ok' | 'denied' | 'no-memory';

/** The fault handler: makes an entry writable for its process alone. */
function resolve(l: Layout, rules: Rules, row: Row, at: number, oom: boolean): Resolution {
  const e = row[at]!;
  if (e & W) return 'ok';
  if (e === 0 || !rules.resolvable(e & 3)) return 'denied';
  const old = e >> 2;
  if (rules.solePage === 'reuse' && rules.isSole(row[frameAt(l, old)]! >> 2)) {
    row[at] = (e & ~3) | W;
    return 'ok';
  }
  const bit = row[frameAt(l, old)]! & ONE ? 1 : 0;
  const copy = oom ? 0 : kalloc(l, rules, row, bit);
  if (copy === 0) {
    if (rules.failedCopyDrops) drop(l, rules, row, old);
    return 'no-memory';
  }
  row[at] = (copy << 2) | rules.copyFlags;
  if (rules.copyDrops) drop(l, rules, row, old);
  return 'ok';
}

function write(l: Layout, row: Row, at: number, x: number): Seen {
  const frame = frameAt(l, row[at]! >> 2);
  row[frame] = (row[frame]! & ~ONE) | (x ? ONE : 0);
  return 'ok';
}

function store(l: Layout, rules: Rules, row: Row, { p, v, x, oom }: Action): Seen {
  const at = entryAt(l, p, v);
  const way = resolve(l, rules, row, at, oom);
  if (way === 'ok' || (way === 'no-memory' && rules.storeNoMemory === 'write')) {
    return write(l, row, at, x);
  }
  return end(l, rules, row, p, 'killed');
}

function copyout(l: Layout, rules: Rules, row: Row, { p, v, x, oom }: Action): Seen {
  const at = entryAt(l, p, v);
  const through = rules.copyoutShared === 'write' && (row[at]! & COW) !== 0;
  const way = through ? 'ok' : resolve(l, rules, row, at, oom);
  if (way === 'ok' || (way === 'no-memory' && rules.copyoutNoMemory === 'write')) {
    return write(l, row, at, x);
  }
  return 'failed';
}

// ---- sbrk and exec --------------------------------------------------------------------------

/** The lowest unmapped page above the image; `pages` when the address space is full. */
function breakOf(l: Layout, row: Row, p: number): number {
  let v = l.image;
  while (v < l.pages && row[entryAt(l, p, v)] !== 0) v++;
  return v;
}

function grow(l: Layout, rules: Rules, row: Row, p: number, oom: boolean): Seen {
  const v = breakOf(l, row, p);
  if (v === l.pages || oom) return 'failed';
  const f = kalloc(l, rules, row, rules.growZeroes ? 0 : undefined);
  if (f === 0) return 'failed';
  row[entryAt(l, p, v)] = (f << 2) | W;
  return 'ok';
}

function shrink(l: Layout, rules: Rules, row: Row, p: number): Seen {
  const v = breakOf(l, row, p) - 1;
  if (v < l.image) return 'failed';
  release(l, rules, row, entryAt(l, p, v), rules.shrinkReleases);
  return 'ok';
}

const fresh = new Uint8Array(8);

function exec(l: Layout, rules: Rules, row: Row, p: number, oom: boolean): Seen {
  let taken = 0;
  while (taken < l.image) {
    // The failing allocation is the last one: what was taken before it must come back.
    const f = oom && taken === l.image - 1 ? 0 : kalloc(l, rules, row, 0);
    if (f === 0) break;
    fresh[taken++] = f;
  }
  if (taken < l.image) {
    for (let i = 0; rules.failedExecReleases && i < taken; i++) drop(l, rules, row, fresh[i]!);
    return 'failed';
  }
  for (let v = 0; v < l.pages; v++) release(l, rules, row, entryAt(l, p, v), rules.execReleases);
  for (let v = 0; v < l.image; v++) {
    row[entryAt(l, p, v)] = (fresh[v]! << 2) | (v < l.readOnly ? rules.execReadOnlyFlags : W);
  }
  return 'ok';
}
