/**
 * The rules that a copy-on-write kernel can get wrong, each as one entry: the core's transitions ask
 * them. `CORRECT` is the spec; a mutated model replaces one entry.
 */
import { COW, W } from './bounds.ts';

export interface Rules {
  /** count of a frame after fork mapped it once more */
  forkCount: (count: number) => number;
  /** is the frame given back when its count has become this? */
  freesAt: (count: number) => boolean;
  /** flags of a page that fork shares, in the parent and in the child */
  forkParent: (flags: number) => number;
  forkChild: (flags: number) => number;
  /** a fork that fails: does it drop the references that it took? */
  forkUndoDrops: boolean;
  /** and the parent's flags of the pages it had shared already */
  forkUndoParent: (flags: number) => number;
  /** does fork copy every page at once instead of sharing it? */
  forkCopies: boolean;
  /** is a page with this count one that nobody else maps? */
  isSole: (count: number) => boolean;
  /** a marked page of a sole owner is written in place, or copied as any other */
  solePage: 'reuse' | 'copy';
  /** the copied page: does its old frame lose a reference? */
  copyDrops: boolean;
  /** flags of the copy */
  copyFlags: number;
  /** a copy without memory: is the reference dropped all the same? */
  failedCopyDrops: boolean;
  /** is a page with these flags copied when written? else the store is refused */
  resolvable: (flags: number) => boolean;
  /** what copyout does with a page that is not writable: resolve, refuse, or write through */
  copyoutShared: 'resolve' | 'write';
  /** what copyout does when the copy fails */
  copyoutNoMemory: 'fail' | 'write';
  /** does a store without memory kill (else it writes to the shared frame)? */
  storeNoMemory: 'kill' | 'write';
  /** exec and sbrk(−n): a page that goes is dropped, freed whoever shares it, or forgotten */
  execReleases: 'drop' | 'free' | 'forget';
  shrinkReleases: 'drop' | 'free' | 'forget';
  reapReleases: 'drop' | 'free' | 'forget';
  /** does exec without memory give back what it had taken? */
  failedExecReleases: boolean;
  /** count of a frame that kalloc hands out, given the count left in it */
  allocCount: (left: number) => number;
  /** does a page that sbrk maps read as zero? */
  growZeroes: boolean;
  /** does exit give the children to init? */
  exitReparents: boolean;
  /** are image pages that exec maps read-only really so? */
  execReadOnlyFlags: number;
}

/** What fork makes of flags: a page that may be written, now or after a copy, is marked. */
const share = (flags: number): number => (flags & (W | COW) ? COW : 0);

export const CORRECT: Rules = {
  forkCount: (count) => count + 1,
  freesAt: (count) => count === 0,
  forkParent: share,
  forkChild: share,
  forkUndoDrops: true,
  forkUndoParent: (flags) => flags,
  forkCopies: false,
  isSole: (count) => count === 1,
  solePage: 'reuse',
  copyDrops: true,
  copyFlags: W,
  failedCopyDrops: false,
  resolvable: (flags) => (flags & COW) !== 0,
  copyoutShared: 'resolve',
  copyoutNoMemory: 'fail',
  storeNoMemory: 'kill',
  execReleases: 'drop',
  shrinkReleases: 'drop',
  reapReleases: 'drop',
  failedExecReleases: true,
  allocCount: () => 1,
  growZeroes: true,
  exitReparents: true,
  execReadOnlyFlags: 0,
};

/** Designs that are all correct; every clause must hold for each. */
export const CORRECT_MODELS: readonly { name: string; rules: Partial<Rules> }[] = [
  { name: 'cow', rules: {} },
  { name: 'always-copies', rules: { solePage: 'copy' } },
  { name: 'eager', rules: { forkCopies: true } },
];

/** A broken rule, and the row of the bug catalogue that it stands for. */
export interface MutatedModel {
  name: string;
  row: number;
  rules: Partial<Rules>;
}

/** One rule broken each. */
export const MUTATED_MODELS: readonly MutatedModel[] = [
  { name: 'fork-does-not-count', row: 1, rules: { forkCount: (count) => count } },
  { name: 'copy-keeps-reference', row: 2, rules: { copyDrops: false } },
  { name: 'freed-at-first-unmap', row: 3, rules: { freesAt: () => true } },
  { name: 'never-freed', row: 12, rules: { freesAt: () => false } },
  { name: 'failed-copy-drops', row: 10, rules: { failedCopyDrops: true } },
  { name: 'alloc-keeps-count', row: 11, rules: { allocCount: (left) => left } },
  { name: 'fork-undo-leaks', row: 19, rules: { forkUndoDrops: false } },
  { name: 'fork-undo-makes-writable', row: 20, rules: { forkUndoParent: (flags) => flags && W } },
  { name: 'parent-keeps-w', row: 23, rules: { forkParent: (flags) => flags } },
  { name: 'child-keeps-w', row: 24, rules: { forkChild: (flags) => flags } },
  { name: 'mark-lost-at-second-fork', row: 25, rules: { forkChild: (f) => (f & W ? COW : 0) } },
  { name: 'read-only-pages-marked', row: 26, rules: { forkChild: () => COW } },
  { name: 'no-mark-needed', row: 26, rules: { resolvable: () => true } },
  { name: 'two-owners-count-as-one', row: 8, rules: { isSole: (count) => count <= 2 } },
  { name: 'copy-stays-protected', row: 31, rules: { copyFlags: COW } },
  { name: 'store-writes-shared-without-memory', row: 37, rules: { storeNoMemory: 'write' } },
  { name: 'copyout-ignores-cow', row: 39, rules: { copyoutShared: 'write' } },
  { name: 'copyout-writes-shared-without-memory', row: 40, rules: { copyoutNoMemory: 'write' } },
  { name: 'failed-exec-leaks', row: 51, rules: { failedExecReleases: false } },
  { name: 'exec-frees-shared', row: 52, rules: { execReleases: 'free' } },
  { name: 'exec-forgets-old-image', row: 51, rules: { execReleases: 'forget' } },
  { name: 'shrink-frees-shared', row: 53, rules: { shrinkReleases: 'free' } },
  { name: 'shrink-forgets', row: 53, rules: { shrinkReleases: 'forget' } },
  { name: 'reap-forgets', row: 12, rules: { reapReleases: 'forget' } },
  { name: 'sbrk-page-not-zeroed', row: 49, rules: { growZeroes: false } },
  { name: 'exit-keeps-children', row: 56, rules: { exitReparents: false } },
  { name: 'exec-text-writable', row: 26, rules: { execReadOnlyFlags: W } },
];
