import type { Exploration } from '../../properties/explore/breadth-first.ts';
import { violationLine } from '../../reports/violation.ts';
import type { CheckResult } from '../../spec/result.ts';
import type { CliContext } from '../context.ts';

const CLEAR_LINE = '\r\x1b[K';
/** Milliseconds between two plain lines where there is no terminal. */
const PLAIN_EVERY_MS = 5000;
const count = (value: number): string => Math.round(value).toLocaleString('en-US');

export interface LiveLine {
  show(at: Exploration, depth: number, left: number, elapsedMs: number): void;
  end(): void;
}

/** Depth, states, frontier, rate and the time left for the depth, on stderr. */
export function liveLine({ process, terminal }: CliContext): LiveLine {
  let last = 0;
  let shown = false;
  let depthStart = { depth: 0, at: 0, expanded: 0 };
  return {
    show(at, depth, left, elapsedMs) {
      if (depthStart.depth !== depth) depthStart = { depth, at: elapsedMs, expanded: at.expanded };
      const here = (elapsedMs - depthStart.at) / 1000;
      const rate = (at.expanded - depthStart.expanded) / Math.max(here, 1e-3);
      const eta = rate > 0 ? `, ${Math.ceil(left / rate)} s left for this depth` : '';
      const transitions = Object.values(at.operations).reduce((sum, times) => sum + times, 0);
      const text =
        `depth ${depth}: ${count(at.visited.length)} states, frontier ${count(left)}, ` +
        `${count((transitions * 1000) / Math.max(elapsedMs, 1))} transitions a second${eta}`;
      if (terminal.interactive) {
        process.stderr.write(`${CLEAR_LINE}${text}`);
        shown = true;
      } else if (elapsedMs - last >= PLAIN_EVERY_MS) {
        last = elapsedMs;
        process.stderr.write(`${text}\n`);
      }
    },
    end() {
      if (shown) process.stderr.write(CLEAR_LINE);
    },
  };
}

/** The table per depth and what came out, for standard output. */
export function depthTable(at: Exploration, result: CheckResult): string {
  const rows = [
    ['depth', 'new states', 'transitions', 'seconds'],
    ...at.depths.map((row) => [
      String(row.depth),
      count(row.states),
      count(row.transitions),
      row.seconds.toFixed(1),
    ]),
  ];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const table = rows.map((row) => row.map((cell, i) => cell.padStart(widths[i]!)).join('  '));
  return `${[...table, ...summary(at, result)].join('\n')}\n`;
}

function summary(at: Exploration, result: CheckResult): string[] {
  const totals =
    `${count(at.abstractKeys.size)} states of the model, ${count(at.visited.length)} of model and kernel, ` +
    `${count(result.steps)} transitions, ${count(result.stepsPerSecond)} a second`;
  if (result.violation !== undefined) {
    const { steps } = result.reproducer ?? {};
    return [totals, violationLine(result.violation, steps, result.kernel.path)];
  }
  return [
    result.verdict === 'pass'
      ? `${totals}: the kernel follows the model on all of them`
      : `${totals} so far, nothing found`,
  ];
}
