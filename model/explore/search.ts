/**
 * Breadth-first exploration of the core within bounds: every state, every clause, shortest violation
 * first. Threads share the visited set and divide each step.
 */
import type { Clause } from '../../spec/clause.ts';
import { type Bounds, bootRow, type Layout, layoutOf } from './bounds.ts';
import { type CoreCheckpoint, enterRows, rowsUpTo } from './checkpoint.ts';
import { type Finding, type Job, rulesOf, type Share } from './expand.ts';
import { type CoreViolation, explain } from './explain.ts';
import { type Ranges, rangesFrom, sizeOf } from './ranges.ts';
import { asIs, canonicalizer } from './symmetry.ts';
import { startThreads, type Threads } from './threads.ts';
import { allActions } from './transitions.ts';
import { allocateVisited, openVisited, type Visited } from './visited.ts';

export interface CoreOptions {
  bounds: Bounds;
  /** name in CORRECT_MODELS or MUTATED_MODELS; default `cow` */
  model?: string;
  /** merge states that differ only in names; default true */
  symmetry?: boolean;
  /** threads; 1 runs in this one. Default 1. */
  workers?: number;
  /** rows to have room for; default 2^22 */
  maxStates?: number;
  /** operations from the start; no limit when absent */
  maxDepth?: number;
  /** goes on from there; bounds and model must be the same ones */
  resume?: CoreCheckpoint;
  /** called before each step; what it gets tells at any time how far the step is */
  onStart?: (probe: () => CoreProgress) => void;
  /** called after each step; `stop` ends the search as incomplete */
  onDepth?: (depth: CoreDepth) => 'stop' | undefined;
  /** ends the search as incomplete, between two rows */
  signal?: AbortSignal;
}

/** One breadth-first step. */
export interface CoreDepth {
  depth: number;
  /** states first reached at this depth */
  newStates: number;
  /** states so far */
  states: number;
  /** transitions so far */
  transitions: number;
}

/** In the middle of a step. */
export interface CoreProgress {
  depth: number;
  /** states so far, and a few places that threads have reserved */
  states: number;
  /** states that the step expands, and how many of them were not given out yet */
  frontier: number;
  left: number;
}

export interface CoreResult {
  bounds: Bounds;
  states: number;
  transitions: number;
  /** transitions by operation, failing allocations as `store!` */
  operations: Record<string, number>;
  depths: readonly CoreDepth[];
  /** false when a limit ended the search, or a violation */
  complete: boolean;
  violation?: CoreViolation;
  /** digest of the visited set, independent of the order of visits: 16 hexadecimal digits */
  digest: string;
  /** where it stands; absent when a violation or want of room ended it */
  checkpoint?: CoreCheckpoint;
}

/** Explores. Throws a RangeError on bounds or a model that do not exist. */
export async function exploreCore(options: CoreOptions): Promise<CoreResult> {
  const l = layoutOf(options.bounds);
  const model = options.model ?? 'cow';
  rulesOf(model);
  const memory = allocateVisited(l.size, (options.maxStates ?? 2 ** 22) + 2 ** 12);
  const job: Job = {
    bounds: options.bounds,
    model,
    symmetry: options.symmetry ?? true,
    memory,
  };
  const start = options.resume ? resumed(job, options.resume) : fromBoot(job, l);
  const threads = startThreads(job, options.workers ?? 1, options.signal);
  try {
    return await search(options, start, threads);
  } finally {
    threads.close();
  }
}

/** A search as it stands. */
interface Search extends Omit<CoreCheckpoint, 'rows'> {
  job: Job;
  visited: Visited;
  digest: [number, number];
}

function fromBoot(job: Job, l: Layout): Search {
  const visited = openVisited(job.memory);
  const boot = new Uint8Array(l.size);
  (job.symmetry ? canonicalizer(l) : asIs)(bootRow(l), boot);
  visited.insert(boot, 0, 0);
  const left = visited.takeRanges();
  const { bounds, model } = job;
  return {
    ...{ job, visited, bounds, model, depths: [] },
    transitions: allActions(l).map(() => 0),
    ...{ expanded: [], left, next: [] },
    digest: digestOf(visited, [left]),
  };
}

function resumed(job: Job, { rows, ...at }: CoreCheckpoint): Search {
  const ranges = [at.expanded, at.left, at.next];
  const visited = enterRows(job.memory, rows, ranges);
  return { ...structuredClone(at), job, visited, digest: digestOf(visited, ranges) };
}

async function search(options: CoreOptions, at: Search, threads: Threads): Promise<CoreResult> {
  const { depths, visited, job } = at;
  const cursor = new Int32Array(job.memory.cursor);
  while (at.left.length + at.next.length > 0) {
    const depth = depths.length + 1;
    if (depth > (options.maxDepth ?? Number.POSITIVE_INFINITY)) return resultOf(at, 'limit');
    const frontier = sizeOf(at.left);
    options.onStart?.(() => ({
      depth,
      states: Math.min(Atomics.load(cursor, 0), job.memory.capacity),
      frontier,
      left: frontier - threads.given(),
    }));
    const { shares, done } = await threads.expand(at.left);
    absorb(at, shares, done);
    const finding = shares.find((share) => share.finding)?.finding;
    if (finding) return resultOf(at, finding);
    if (shares.some((share) => share.full)) return resultOf(at, 'full');
    if (at.left.length > 0) return resultOf(at, 'limit');
    const newStates = sizeOf(at.next);
    const states = sizeOf(at.expanded) + newStates;
    depths.push({ depth, newStates, states, transitions: sum(at.transitions) });
    [at.left, at.next] = [at.next, []];
    const stop = options.onDepth?.(depths.at(-1)!) === 'stop' || options.signal?.aborted;
    if (stop && at.left.length > 0) return resultOf(at, 'limit');
  }
  return resultOf(at, 'complete');

  function absorb(search: Search, shares: readonly Share[], done: number): void {
    const found = shares.flatMap((share) => share.ranges);
    addToDigest(search.digest, visited, found);
    search.next.push(...found);
    for (const share of shares) {
      for (const [a, times] of share.transitions.entries()) search.transitions[a]! += times;
    }
    const left = rangesFrom(search.left, done);
    search.expanded.push(...upTo(search.left, done));
    search.left = left;
  }
}

/** The rows before position `end`, ranges laid end to end. */
function upTo(ranges: Readonly<Ranges>, end: number): Ranges {
  let before = 0;
  return ranges.flatMap(([from, to]): Ranges => {
    const last = Math.min(to, from + end - before);
    before += to - from;
    return from < last ? [[from, last]] : [];
  });
}

type Ending = 'complete' | 'limit' | 'full' | Finding;

function resultOf(at: Search, ending: Ending): CoreResult {
  const { job, visited, digest: _, ...rest } = at;
  const ranges = [at.expanded, at.left, at.next];
  const resumable = ending === 'limit' || ending === 'complete';
  return {
    bounds: at.bounds,
    states: ranges.reduce((total, each) => total + sizeOf(each), 0),
    transitions: sum(at.transitions),
    operations: byOperation(layoutOf(at.bounds), at.transitions),
    depths: at.depths,
    complete: ending === 'complete',
    digest: printDigest(at.digest),
    ...(typeof ending === 'object' && {
      violation: explain(job, visited, { ...ending, clause: ending.broken as Clause }),
    }),
    ...(resumable && { checkpoint: { ...rest, rows: rowsUpTo(job.memory, ranges) } }),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Transitions by operation, those with a failing allocation apart. */
export function byOperation(l: Layout, transitions: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [a, { name, v, oom }] of allActions(l).entries()) {
    const fails = oom || (name === 'fork' && v < l.pages);
    const kind = fails ? `${name}!` : name;
    counts[kind] = (counts[kind] ?? 0) + transitions[a]!;
  }
  return counts;
}

/** Adds the rows' hashes to the digest. */
function addToDigest(digest: [number, number], visited: Visited, ranges: Ranges): void {
  for (const [from, to] of ranges) {
    for (let number = from; number < to; number++) visited.addTo(digest, number);
  }
}

/** The digest of a set of rows. */
export function digestOf(visited: Visited, ranges: readonly Ranges[]): [number, number] {
  const digest: [number, number] = [0, 0];
  for (const each of ranges) addToDigest(digest, visited, each);
  return digest;
}

export const printDigest = (digest: readonly number[]): string =>
  digest.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
