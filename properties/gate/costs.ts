import { COST_METRICS, type CostRow } from '../../spec/gate.ts';
import type { CostTotals } from './cost-meter.ts';

/**
 * Mean cost of each operation on both kernels. `maxPercent` is what an operation may become dearer by;
 * operations whose mean is too small for a percentage to mean anything never exceed it.
 */
export function compareCosts(
  base: ReadonlyMap<string, CostTotals>,
  head: ReadonlyMap<string, CostTotals>,
  maxPercent: number | undefined,
): CostRow[] {
  const rows: CostRow[] = [];
  for (const [operation, before] of [...base].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const after = head.get(operation);
    if (after === undefined) continue;
    for (const metric of COST_METRICS) {
      const was = before[metric] / before.times;
      const is = after[metric] / after.times;
      if (was === 0 && is === 0) continue;
      const percent = was === 0 ? null : ((is - was) / was) * 100;
      const grew = is - was >= LEAST[metric];
      const over = maxPercent !== undefined && grew && (percent ?? Infinity) > maxPercent;
      rows.push({ operation, metric, base: was, head: is, percent, exceeds: over });
    }
  }
  return rows;
}

/** Growth of a mean below this is noise of the sequences' mix, not of the kernel. */
const LEAST = { insns: 50, bytesCopied: 64, pagesAllocated: 0.1, faults: 0.1 } as const;
