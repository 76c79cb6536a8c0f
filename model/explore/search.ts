/**
 * Breadth-first exploration of the core within bounds: every state, every clause, shortest violation
 * first. Threads share the visited set and divide each step.
 */
import { Worker } from 'node:worker_threads';
import type { Clause } from '../../spec/clause.ts';
import { type Bounds, bootRow, layoutOf, type Row } from './bounds.ts';
import { brokenByState, brokenByTransition, readViews } from './clauses.ts';
import { expander, type Finding, type Job, rulesOf, type Share } from './expand.ts';
import { asIs, canonicalizer } from './symmetry.ts';
import { type Action, allActions, apply, type Seen } from './transitions.ts';
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
  /** called after each step; `stop` ends the search as incomplete */
  onDepth?: (progress: CoreDepth) => 'stop' | undefined;
  /** ends the search as incomplete; with several threads at once, else after the step */
  signal?: AbortSignal;
}

/** One breadth-first step. */
export interface CoreDepth {
  depth: number;
  /** states first reached at this depth */
  newStates: number;
  /** states so far */
  states: number;
  transitions: number;
}

export interface CoreViolation {
  clause: Clause;
  /** operations from the start, as short as can be; process and page numbers are consistent along it */
  trace: readonly Action[];
}

export interface CoreResult {
  bounds: Bounds;
  states: number;
  transitions: number;
  depths: readonly CoreDepth[];
  /** false when a limit ended the search, or a violation */
  complete: boolean;
  violation?: CoreViolation;
  /** digest of the visited set, independent of the order of visits: 16 hexadecimal digits */
  digest: string;
}

type Expand = (ranges: [number, number][]) => Promise<Share[]>;

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
  const visited = openVisited(memory);
  const boot = new Uint8Array(l.size);
  (job.symmetry ? canonicalizer(l) : asIs)(bootRow(l), boot);
  visited.insert(boot, 0, 0);
  const pool = openPool(job, options.workers ?? 1, options.signal);
  try {
    return await search(options, job, visited, pool.expand);
  } finally {
    pool.close();
  }
}

async function search(
  options: CoreOptions,
  job: Job,
  visited: Visited,
  expand: Expand,
): Promise<CoreResult> {
  const depths: CoreDepth[] = [];
  const digest: [number, number] = [0, 0];
  let frontier = visited.takeRanges();
  let states = addToDigest(digest, visited, frontier);
  let transitions = 0;
  const result = (complete: boolean, finding?: Finding): CoreResult => ({
    bounds: options.bounds,
    states,
    transitions,
    depths,
    complete,
    digest: digest.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join(''),
    ...(finding ? { violation: explain(job, visited, finding) } : {}),
  });
  for (let depth = 1; frontier.length > 0; depth++) {
    if (depth > (options.maxDepth ?? Number.POSITIVE_INFINITY)) return result(false);
    const shares = await expand(frontier);
    frontier = shares.flatMap((share) => share.ranges);
    const newStates = addToDigest(digest, visited, frontier);
    states += newStates;
    transitions += shares.reduce((sum, share) => sum + share.transitions, 0);
    const progress = { depth, newStates, states, transitions };
    depths.push(progress);
    const finding = shares.find((share) => share.finding)?.finding;
    if (finding) return result(false, finding);
    if (shares.some((share) => share.full)) return result(false);
    if (options.onDepth?.(progress) === 'stop' || options.signal?.aborted) return result(false);
  }
  return result(true);
}

/** Adds the rows' hashes to the digest; returns how many rows there are. */
function addToDigest(
  digest: [number, number],
  visited: Visited,
  ranges: [number, number][],
): number {
  let rows = 0;
  for (const [from, to] of ranges) {
    for (let number = from; number < to; number++) visited.addTo(digest, number);
    rows += to - from;
  }
  return rows;
}

/** More rows than there can be, and far from overflow. */
const ALL_TAKEN = 2 ** 30;

/** Threads, or none for one worker. */
function openPool(
  job: Job,
  workers: number,
  signal: AbortSignal | undefined,
): { expand: Expand; close(): void } {
  if (workers <= 1) {
    const expand = expander(job);
    return { expand: async (ranges) => [expand(ranges, new Int32Array(1))], close: () => {} };
  }
  const threads = Array.from({ length: workers }, () => startWorker(job));
  return {
    expand: (ranges) => {
      const taken = new SharedArrayBuffer(4);
      // Once all is taken, no thread finds anything left to do.
      const takeAll = () => Atomics.store(new Int32Array(taken), 0, ALL_TAKEN);
      if (signal?.aborted) takeAll();
      signal?.addEventListener('abort', takeAll);
      const shares = Promise.all(threads.map((thread) => ask(thread, { ranges, taken })));
      return shares.finally(() => signal?.removeEventListener('abort', takeAll));
    },
    close: () => {
      for (const thread of threads) void thread.terminate();
    },
  };
}

/**
 * In a checkout the thread's source is TypeScript, which Node reads with the help of tsx; that has to
 * be registered inside the thread.
 */
function startWorker(job: Job): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./worker.js', import.meta.url), { workerData: job });
  }
  const entry = JSON.stringify(new URL('./worker.ts', import.meta.url).href);
  const code = `import('tsx/esm/api').then((tsx) => { tsx.register(); import(${entry}); });`;
  return new Worker(code, { eval: true, workerData: job });
}

function ask(thread: Worker, message: unknown): Promise<Share> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => {
      thread.removeAllListeners('message').removeAllListeners('error');
      then();
    };
    thread.once('message', (share: Share) => settle(() => resolve(share)));
    thread.once('error', (error) => settle(() => reject(error)));
    thread.postMessage(message);
  });
}

/**
 * The operations that lead to a finding. Rows are canonical, so names change from row to row: the path
 * is walked again on real states, taking at each step an action that leads to the next row's class.
 * Where that fails, the actions come as recorded, in the names of each row.
 */
function explain(job: Job, visited: Visited, finding: Finding): CoreViolation {
  const l = layoutOf(job.bounds);
  const rules = rulesOf(job.model);
  const actions = allActions(l);
  const canonical = job.symmetry ? canonicalizer(l) : asIs;
  const rows: number[] = [];
  for (let row = finding.row; row !== 0; row = visited.parent(row)) rows.unshift(row);
  const last = actions[finding.action]!;
  const recorded = [...rows.map((row) => actions[visited.action(row)]!), last];
  const trace: Action[] = [];
  let at: Row = bootRow(l);
  for (const number of rows) {
    const goal = visited.row(number);
    const next = follow((row) => canonicalEquals(row, goal));
    // A broken rule may depend on which free frame comes next, which renaming changes.
    if (!next) return { clause: finding.clause, trace: recorded };
    trace.push(next.action);
    at = next.row;
  }
  const end = follow((row, action, seen) => breaks(row, action, seen, last.name));
  return { clause: finding.clause, trace: end ? [...trace, end.action] : recorded };

  function follow(fits: (row: Row, action: Action, seen: Seen) => boolean) {
    for (const action of actions) {
      const row = at.slice();
      const seen = apply(l, rules, row, action);
      if (seen !== undefined && fits(row, action, seen)) return { action, row };
    }
    return undefined;
  }

  function canonicalEquals(row: Row, goal: Row): boolean {
    const renamed = new Uint8Array(l.size);
    canonical(row, renamed);
    return renamed.every((byte, i) => byte === goal[i]);
  }

  function breaks(row: Row, action: Action, seen: Seen, wanted: string): boolean {
    if (action.name !== wanted) return false;
    const views = new Uint8Array(l.processes * l.pages);
    readViews(l, at, views);
    const clause =
      brokenByTransition(l, rules, at, row, action, seen, views) ?? brokenByState(l, row);
    return clause === finding.clause;
  }
}

/** An action as people read it: `s1 store page 2`. */
export function printAction({ name, p, v, x, oom }: Action): string {
  const memory = oom ? ' without memory' : '';
  if (name === 'store' || name === 'copyout') return `s${p} ${name} page ${v} = ${x}${memory}`;
  if (name === 'fork') return `s${p} fork with memory for ${v} pages`;
  if (name === 'grow') return `s${p} sbrk up${memory}`;
  if (name === 'shrink') return `s${p} sbrk down`;
  if (name === 'reap') return `wait reaps s${p}`;
  return name === 'start' ? 'start' : `s${p} ${name}${memory}`;
}
