/** Result of `cowcheck gate`: what a patch breaks, mends and costs. Schema `cowcheck/1`. */
import type { Clause } from './clause.ts';
import type { CheckResult, Reproducer, Verdict, Violation } from './result.ts';

/** Two findings with the same cause are one: same clause, same kind of frame, same kernel function. */
export interface Cause {
  clause: Clause;
  /** class of the frame concerned (`user`, `table`, …), or `none` */
  role: string;
  /** innermost kernel function of the violation, or `?` */
  function: string;
}

export interface Finding {
  cause: Cause;
  violation: Violation;
  reproducer?: Reproducer;
}

export const COST_METRICS = ['insns', 'bytesCopied', 'pagesAllocated', 'faults'] as const;
export type CostMetric = (typeof COST_METRICS)[number];

/** Mean cost of one operation on both kernels, over the same sequences. */
export interface CostRow {
  operation: string;
  metric: CostMetric;
  base: number;
  head: number;
  /** (head − base) / base in percent; `null` where base is 0 */
  percent: number | null;
  /** over the threshold that the user set */
  exceeds: boolean;
}

export interface GateResult {
  schema: 'cowcheck/1';
  command: 'gate';
  base: CheckResult['kernel'];
  head: CheckResult['kernel'];
  seed: number;
  runs: number;
  steps: number;
  seconds: number;
  verdict: Verdict;
  /** in head, not in base */
  broken: Finding[];
  /** in base, not in head */
  mended: Finding[];
  /** in both */
  before: Finding[];
  costs: CostRow[];
}
