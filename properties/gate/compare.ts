import { COST_METRICS } from '../../spec/gate.ts';
import { causeKey } from './cause.ts';
import type { CostTotals } from './cost-meter.ts';
import { compareCosts } from './costs.ts';
import { distinctFindings, type Survey, type SurveyFinding } from './survey.ts';

export interface Comparison {
  /** in head, not in base */
  broken: SurveyFinding[];
  /** in base, not in head */
  mended: SurveyFinding[];
  /** in both */
  before: SurveyFinding[];
  costs: ReturnType<typeof compareCosts>;
}

/** Tells apart what a patch broke, what it mended, what was broken before, and what it costs. */
export function compareSurveys(
  base: Survey,
  head: Survey,
  maxPercent: number | undefined,
): Comparison {
  const inBase = new Set(distinctFindings(base).map(({ cause }) => causeKey(cause)));
  const inHead = new Set(distinctFindings(head).map(({ cause }) => causeKey(cause)));
  const ofHead = distinctFindings(head);
  const both = [...base.costs.keys()].filter((index) => head.costs.has(index));
  return {
    broken: ofHead.filter(({ cause }) => !inBase.has(causeKey(cause))),
    before: ofHead.filter(({ cause }) => inBase.has(causeKey(cause))),
    mended: distinctFindings(base).filter(({ cause }) => !inHead.has(causeKey(cause))),
    costs: compareCosts(totalsOf(base, both), totalsOf(head, both), maxPercent),
  };
}

/** Sums the meters of the sequences that passed on both kernels: only those are the same work. */
function totalsOf(survey: Survey, indexes: readonly number[]): Map<string, CostTotals> {
  const sums = new Map<string, CostTotals>();
  for (const index of indexes) {
    for (const [operation, totals] of survey.costs.get(index) ?? []) {
      const sum = sums.get(operation);
      if (sum === undefined) {
        sums.set(operation, { ...totals });
        continue;
      }
      sum.times += totals.times;
      for (const metric of COST_METRICS) sum[metric] += totals[metric];
    }
  }
  return sums;
}
