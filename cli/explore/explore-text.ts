import type { Exploration } from '../../properties/explore/breadth-first.ts';
import { violationLine } from '../../reports/violation.ts';
import type { DepthRow } from '../../spec/campaign.ts';
import type { CheckResult } from '../../spec/result.ts';
import type { CliContext } from '../context.ts';
import { liveLine } from '../live-line.ts';

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** How far an exploration is, in the middle of a depth. */
interface Standing {
  depth: number;
  /** nothing is done at this depth: the states before it are only ended */
  ending?: boolean;
  states: number;
  /** states of the depth's frontier that are still to be expanded */
  left: number;
  /** states expanded so far, in all depths */
  expanded: number;
}

export interface ExploreLine {
  /** `rate` is a figure with its unit, such as `4,000 transitions a second` */
  show(at: Standing, rate: string, elapsedMs: number): void;
  end(): void;
}

/** Depth, states, frontier, rate and the time left for the depth, on stderr. */
export function exploreLine(context: CliContext): ExploreLine {
  const line = liveLine(context);
  let depthStart = { depth: 0, at: 0, expanded: 0 };
  return {
    show({ depth, ending, states, left, expanded }, rate, elapsedMs) {
      if (depthStart.depth !== depth) depthStart = { depth, at: elapsedMs, expanded };
      const here = (elapsedMs - depthStart.at) / 1000;
      const perSecond = (expanded - depthStart.expanded) / Math.max(here, 1e-3);
      const eta = perSecond > 0 ? `, ${Math.ceil(left / perSecond)} s left for this depth` : '';
      const where = ending ? `ends of depth ${depth - 1}` : `depth ${depth}`;
      const text = `${where}: ${count(states)} states, frontier ${count(left)}, ${rate}${eta}`;
      line.show(text, elapsedMs);
    },
    end: line.end,
  };
}

/** A table per depth, each line ended. */
export function depthTable(depths: readonly DepthRow[]): string {
  const rows = [
    ['depth', 'new states', 'transitions', 'seconds'],
    ...depths.map((row) => [
      String(row.depth),
      count(row.states),
      count(row.transitions),
      row.seconds.toFixed(1),
    ]),
  ];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) => row.map((cell, i) => cell.padStart(widths[i]!)).join('  '));
  return `${lines.join('\n')}\n`;
}

/** What came out of the exploration of a kernel. */
export function summary(at: Exploration, result: CheckResult): string {
  const totals =
    `${count(at.abstractKeys.size)} states of the model, ${count(at.visited.length)} of model and kernel, ` +
    `${count(result.steps)} transitions, ${count(result.stepsPerSecond)} a second`;
  if (result.violation !== undefined) {
    const { steps } = result.reproducer ?? {};
    return `${totals}\n${violationLine(result.violation, steps, result.kernel.path)}\n`;
  }
  return result.verdict === 'pass'
    ? `${totals}: the kernel follows the model on all of them\n`
    : `${totals} so far, nothing found\n`;
}
