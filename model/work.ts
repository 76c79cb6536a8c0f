/**
 * A step under construction: a mutable copy of the state that transitions change, the allocator with
 * its failures, and the choices that kernels may take differently. A step with choices is run once
 * for each way of choosing, so that transitions read as straight-line code.
 */

import type { Disk } from './disk.ts';
import { draftFrames, type FramesDraft, finishFrames } from './frames.ts';
import type { Completion, Expected } from './outcome.ts';
import {
  type ConsoleInput,
  type ModelState,
  type OpenFile,
  type Pipe,
  type Process,
  processOf,
} from './state.ts';
import type { Data } from './user-copy.ts';

/** What the environment does to a step. */
export interface Env {
  /** the n-th page allocation of the step fails (1 is the first); none does when absent */
  failAt?: number | undefined;
}

export interface Work {
  readonly before: ModelState;
  readonly profile: ModelState['profile'];
  processes: Process[];
  frames: FramesDraft;
  free: number;
  pipes: Map<number, Pipe>;
  files: Map<number, OpenFile>;
  console: ConsoleInput;
  /** what a write to the console could read of its buffer */
  output: Data | undefined;
  disk: Disk;
  /** pages asked for so far */
  allocations: number;
  readonly failAt: number;
  /** what each process showed, in order; the acting one among them */
  results: Completion[];
  notes: string[];
  readonly choices: Choices;
  /** did a process overwrite the page of code that it runs? what it does next nobody can say */
  derailed: boolean;
  /** does this kernel copy even for a sole owner? chosen once a step, when it matters */
  copiesSoleOwner: boolean | undefined;
}

/** The way through the tree of choices that this run of the step takes. */
export interface Choices {
  readonly path: number[];
  readonly widths: number[];
  at: number;
}

/** Transitions call this where correct kernels differ; returns 0 … ways − 1. */
export function choose(work: Work, ways: number): number {
  const c = work.choices;
  if (c.at === c.path.length) {
    c.path.push(0);
    c.widths.push(ways);
  }
  return c.path[c.at++]!;
}

/** Moves to the next way of choosing; false when all were taken. */
export function nextChoices(choices: Choices): boolean {
  choices.at = 0;
  while (choices.path.length > 0) {
    const last = choices.path.length - 1;
    if (++choices.path[last]! < choices.widths[last]!) return true;
    choices.path.pop();
    choices.widths.pop();
  }
  return false;
}

export const startWork = (before: ModelState, env: Env, choices: Choices): Work => ({
  before,
  profile: before.profile,
  processes: before.processes.slice(),
  frames: draftFrames(before.frames),
  free: before.free,
  pipes: new Map(before.pipes),
  files: new Map(before.files),
  console: before.console,
  output: undefined,
  disk: before.disk,
  allocations: 0,
  failAt: env.failAt ?? Number.POSITIVE_INFINITY,
  results: [],
  notes: [],
  choices,
  derailed: false,
  copiesSoleOwner: undefined,
});

export const finishWork = (work: Work): ModelState => ({
  profile: work.profile,
  image: work.before.image,
  pagesPerProcess: work.before.pagesPerProcess,
  processes: work.processes,
  frames: finishFrames(work.frames),
  free: work.free,
  pipes: work.pipes,
  files: work.files,
  console: work.console,
  disk: work.disk,
});

/** Takes `pages` from the free list, one allocation each; false (and some taken) when one fails. */
export function allocate(work: Work, pages = 1): boolean {
  const granted = Math.min(pages, allocationsLeft(work));
  if (granted === pages) {
    work.free -= pages;
    work.allocations += pages;
    return true;
  }
  work.free -= granted;
  work.allocations += granted + 1;
  return false;
}

/** Takes all of `pages` or none; false when one allocation on the way fails. */
export function allocateAll(work: Work, pages: number): boolean {
  const free = work.free;
  if (allocate(work, pages)) return true;
  work.free = free;
  return false;
}

/** Allocations from here that would succeed before one fails. */
export const allocationsLeft = (work: Work): number => {
  const beforeFailure = work.failAt - 1 - work.allocations;
  return beforeFailure >= 0 ? Math.min(work.free, beforeFailure) : work.free;
};

/** Changes a process. Returns true, so that a transition can end with it: see `Action` in step.ts. */
export function update(work: Work, slot: number, change: Partial<Process>): true {
  work.processes[slot + 1] = { ...processOf(work, slot), ...change };
  return true;
}

/** Records what a process shows; a blocked one is no longer blocked. Returns true, as `update`. */
export function show(work: Work, slot: number, result: Expected): true {
  if (processOf(work, slot).blocked) update(work, slot, { blocked: undefined });
  work.results.push({ slot, result });
  return true;
}

export const note = (work: Work, text: string): void => {
  if (!work.notes.includes(text)) work.notes.push(text);
};
