/** One thread's share of a breadth-first step: takes rows, finds what follows, checks every clause. */
import type { Clause } from '../../spec/clause.ts';
import { type Bounds, layoutOf, type Row } from './bounds.ts';
import { brokenByState, brokenByTransition, readViews } from './clauses.ts';
import { CORRECT, CORRECT_MODELS, MUTATED_MODELS, type Rules } from './rules.ts';
import { asIs, canonicalizer } from './symmetry.ts';
import { allActions, apply } from './transitions.ts';
import { CapacityError, openVisited, type VisitedMemory } from './visited.ts';

/** What a thread needs to begin; plain data. */
export interface Job {
  bounds: Bounds;
  /** name of a correct or mutated model */
  model: string;
  /** merge states that differ only in names? */
  symmetry: boolean;
  memory: VisitedMemory;
}

/** A clause broken by an action on a row (or by the row itself, which the action reached). */
export interface Finding {
  clause: Clause;
  row: number;
  action: number;
}

export interface Share {
  transitions: number;
  /** new rows, as ranges [from, to) */
  ranges: [number, number][];
  finding?: Finding;
  /** no room for more rows */
  full: boolean;
}

/** The rules of a correct or mutated model by name. Throws a RangeError that lists the names. */
export function rulesOf(model: string): Rules {
  const models = [...CORRECT_MODELS, ...MUTATED_MODELS];
  const found = models.find((m) => m.name === model);
  if (found) return { ...CORRECT, ...found.rules };
  const names = models.map((m) => m.name).join(', ');
  throw new RangeError(`no model "${model}"; there are ${names}`);
}

/** Rows taken at once from the shared list. */
const GRAIN = 512;

/**
 * A function that works on the rows of `ranges` until none is left: threads that share `taken` (one
 * 32-bit counter) divide them. Stops at the first finding.
 */
export function expander(job: Job): (ranges: [number, number][], taken: Int32Array) => Share {
  const l = layoutOf(job.bounds);
  const rules = rulesOf(job.model);
  const actions = allActions(l);
  const canonical = job.symmetry ? canonicalizer(l) : asIs;
  const visited = openVisited(job.memory);
  const after: Row = new Uint8Array(l.size);
  const renamed: Row = new Uint8Array(l.size);
  const views = new Uint8Array(l.processes * l.pages);
  const recent = [0, 1, 2].map(() => new Uint8Array(l.size));
  let at = 0;
  const expectedViews = new Uint8Array(views.length);

  function expandRow(number: number, share: Share): void {
    const row = visited.row(number);
    readViews(l, row, views);
    for (let a = 0; a < actions.length; a++) {
      after.set(row);
      const action = actions[a]!;
      const seen = apply(l, rules, after, action);
      if (seen === undefined) continue;
      share.transitions++;
      expectedViews.set(views);
      const broken =
        brokenByTransition(l, rules, row, after, action, seen, expectedViews) ??
        insertRow(number, a);
      if (broken) {
        share.finding = { clause: broken, row: number, action: a };
        return;
      }
    }
  }

  function insertRow(parent: number, action: number): Clause | undefined {
    if (sameBytes(after, visited.row(parent)) || isRecent()) return undefined;
    canonical(after, renamed);
    return visited.insert(renamed, parent, action) < 0 ? undefined : brokenByState(l, renamed);
  }

  /** Store and copyout, with and without memory, often lead to the same row: then it is known. */
  function isRecent(): boolean {
    if (recent.some((row) => sameBytes(after, row))) return true;
    recent[at]!.set(after);
    at = (at + 1) % recent.length;
    return false;
  }

  return (ranges, taken) => {
    const share: Share = { transitions: 0, ranges: [], full: false };
    const total = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
    try {
      while (!share.finding) {
        const first = Atomics.add(taken, 0, GRAIN);
        if (first >= total) break;
        for (const number of numbersOf(ranges, first, Math.min(first + GRAIN, total))) {
          expandRow(number, share);
          if (share.finding) break;
        }
      }
    } catch (error) {
      if (!(error instanceof CapacityError)) throw error;
      share.full = true;
    }
    share.ranges = visited.takeRanges();
    return share;
  };
}

function sameBytes(a: Row, b: Row): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The rows at positions [from, to) of the ranges laid end to end. */
function* numbersOf(ranges: [number, number][], from: number, to: number): Generator<number> {
  let before = 0;
  for (const [start, end] of ranges) {
    const low = Math.max(from - before, 0);
    const high = Math.min(to - before, end - start);
    for (let i = low; i < high; i++) yield start + i;
    before += end - start;
    if (before >= to) return;
  }
}
