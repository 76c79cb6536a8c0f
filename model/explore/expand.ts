/** One thread's share of a breadth-first step: takes rows, finds what follows, checks every clause. */
import type { Clause } from '../../spec/clause.ts';
import { type Bounds, layoutOf, type Row } from './bounds.ts';
import { brokenByState, brokenByTransition, emptyBefore, lookAt } from './clauses.ts';
import { type Ranges, rowReader, sizeOf } from './ranges.ts';
import { CORRECT, CORRECT_MODELS, MUTATED_MODELS, type Rules } from './rules.ts';
import { asIs, canonicalizer } from './symmetry.ts';
import { allActions, apply } from './transitions.ts';
import { CapacityError, mixRow, openVisited, type VisitedMemory } from './visited.ts';

/** What a thread needs to begin; plain data. */
export interface Job {
  bounds: Bounds;
  /** name of a correct or mutated model */
  model: string;
  /** merge states that differ only in names? */
  symmetry: boolean;
  memory: VisitedMemory;
  /** nothing is inserted: one of `every` rows, as the seed chooses, must lead to rows that are there */
  sample?: { every: number; seed: number };
}

/** A clause broken by an action on a row, or by the row that the action reached. */
export interface Finding {
  /** with a sample also `not-listed`: the row reached is not in the set */
  broken: Clause | 'not-listed';
  row: number;
  /** index in `allActions`; −1 for a listed row that breaks the clause itself */
  action: number;
}

export interface Share {
  /** rows expanded */
  rows: number;
  /** transitions of each action of `allActions` */
  transitions: number[];
  /** new rows */
  ranges: Ranges;
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
const GRAIN = 256;

/**
 * A function that works on the rows of `ranges` until none is left, or `mostGrains` were done: threads
 * that share `taken` (one 32-bit counter of rows) divide them. Stops at the first finding.
 */
export type Expander = (ranges: Ranges, taken: Int32Array, mostGrains?: number) => Share;

export function expander(job: Job): Expander {
  const l = layoutOf(job.bounds);
  const rules = rulesOf(job.model);
  const actions = allActions(l);
  const canonical = job.symmetry ? canonicalizer(l) : asIs;
  const visited = openVisited(job.memory);
  const { sample } = job;
  const before = emptyBefore(l);
  const after: Row = new Uint8Array(l.size);
  const renamed: Row = new Uint8Array(l.size);
  const isRecent = recentRows(l.size);

  function expandRow(number: number, share: Share): Finding | undefined {
    const { row } = before;
    visited.read(number, row);
    if (sample !== undefined) {
      if (mixRow(row, sample.seed) % sample.every !== 0) return undefined;
      const broken = brokenByState(l, row);
      if (broken) return { broken, row: number, action: -1 };
    }
    share.rows++;
    lookAt(l, before);
    copy(row, after);
    for (let a = 0; a < actions.length; a++) {
      const action = actions[a]!;
      const seen = apply(l, rules, after, action);
      if (seen === undefined) continue;
      share.transitions[a]!++;
      let broken: Finding['broken'] | undefined = brokenByTransition(
        l,
        rules,
        before,
        after,
        action,
        seen,
      );
      if (!sameBytes(row, after)) {
        broken ??= arrive(number, a);
        copy(row, after);
      }
      if (broken) return { broken, row: number, action: a };
    }
    return undefined;
  }

  /** The row after a transition: known, or new and to be checked. */
  function arrive(parent: number, action: number): Finding['broken'] | undefined {
    if (isRecent(after)) return undefined;
    canonical(after, renamed);
    if (sample !== undefined) return visited.has(renamed) ? undefined : 'not-listed';
    return visited.insert(renamed, parent, action) < 0 ? undefined : brokenByState(l, renamed);
  }

  return (ranges, taken, mostGrains = Number.POSITIVE_INFINITY) => {
    const share: Share = {
      rows: 0,
      transitions: actions.map(() => 0),
      ranges: [],
      full: false,
    };
    const total = sizeOf(ranges);
    const rowAt = rowReader(ranges);
    try {
      for (let grains = 0; !share.finding && grains < mostGrains; grains++) {
        const first = Atomics.add(taken, 0, GRAIN);
        if (first >= total) break;
        const last = Math.min(first + GRAIN, total);
        for (let at = first; !share.finding && at < last; at++) {
          const finding = expandRow(rowAt(at), share);
          if (finding) share.finding = finding;
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

/**
 * Was the row among the last few asked for? Store and copyout, with and without memory, often lead to
 * the same one: then it is known.
 */
function recentRows(size: number): (row: Row) => boolean {
  const recent = Array.from({ length: 3 }, () => new Uint8Array(size));
  let at = 0;
  return (row) => {
    for (const each of recent) if (sameBytes(row, each)) return true;
    copy(row, recent[at]!);
    at = (at + 1) % recent.length;
    return false;
  };
}

function sameBytes(a: Row, b: Row): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** For rows this short, faster than `set`. */
function copy(from: Row, to: Row): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i]!;
}
