import { type Cause, COST_METRICS } from '../../spec/gate.ts';
import { causeKey } from './cause.ts';
import type { CostTotals } from './cost-meter.ts';
import { compareCosts } from './costs.ts';
import type { Survey } from './survey.ts';

/** What is compared of a survey. */
export interface SurveyedSide extends Pick<Survey, 'costs'> {
  causes: readonly Cause[];
}

export interface Comparison {
  /** in head, not in base */
  broken: Cause[];
  /** in base, not in head */
  mended: Cause[];
  /** in both */
  before: Cause[];
  costs: ReturnType<typeof compareCosts>;
}

/** Tells apart what a patch broke, what it mended, what was broken before, and what it costs. */
export function compareSurveys(
  base: SurveyedSide,
  head: SurveyedSide,
  maxPercent: number | undefined,
): Comparison {
  const inBase = new Set(base.causes.map(causeKey));
  const inHead = new Set(head.causes.map(causeKey));
  const both = [...base.costs.keys()].filter((index) => head.costs.has(index));
  return {
    broken: head.causes.filter((cause) => !inBase.has(causeKey(cause))),
    before: head.causes.filter((cause) => inBase.has(causeKey(cause))),
    mended: base.causes.filter((cause) => !inHead.has(causeKey(cause))),
    costs: compareCosts(totalsOf(base, both), totalsOf(head, both), maxPercent),
  };
}

/** Sums the meters of the sequences that passed on both kernels: only those are the same work. */
function totalsOf({ costs }: SurveyedSide, indexes: readonly number[]): Map<string, CostTotals> {
  const sums = new Map<string, CostTotals>();
  for (const index of indexes) {
    for (const [operation, totals] of costs.get(index) ?? []) {
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
