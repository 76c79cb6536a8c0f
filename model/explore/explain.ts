import type { Clause } from '../../spec/clause.ts';
import { bootRow, layoutOf, type Row } from './bounds.ts';
import { brokenByState, brokenByTransition, emptyBefore, lookAt } from './clauses.ts';
import { type Job, rulesOf } from './expand.ts';
import { asIs, canonicalizer } from './symmetry.ts';
import { type Action, allActions, apply, type Seen } from './transitions.ts';
import type { Visited } from './visited.ts';

export interface CoreViolation {
  clause: Clause;
  /** operations from the start, as short as can be; process and page numbers are consistent along it */
  trace: readonly Action[];
}

/**
 * The operations that lead to a finding. Rows are canonical, so names change from row to row: the path
 * is walked again on real states, taking at each step an action that leads to the next row's class.
 * Where that fails, the actions come as recorded, in the names of each row.
 */
export function explain(
  job: Job,
  visited: Visited,
  finding: { clause: Clause; row: number; action: number },
): CoreViolation {
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
  const end = follow((row, action, seen) => breaks(row, action, seen));
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

  function breaks(row: Row, action: Action, seen: Seen): boolean {
    if (action.name !== last.name) return false;
    const before = { ...emptyBefore(l), row: at };
    lookAt(l, before);
    const clause = brokenByTransition(l, rules, before, row, action, seen) ?? brokenByState(l, row);
    return clause === finding.clause;
  }
}
