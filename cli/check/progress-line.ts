import type { CampaignProgress } from '../../properties/campaign.ts';
import type { CliContext } from '../context.ts';
import { liveLine } from '../live-line.ts';

export interface ProgressLine {
  show(progress: CampaignProgress, elapsedMs: number): void;
  end(): void;
}

/** Progress on stderr. */
export function progressLine(context: CliContext, runs: number): ProgressLine {
  const line = liveLine(context);
  return {
    show: (progress, elapsedMs) => line.show(describe(progress, elapsedMs, runs), elapsedMs),
    end: line.end,
  };
}

function describe({ phase, runs, steps }: CampaignProgress, elapsedMs: number, of: number): string {
  const seconds = elapsedMs / 1000;
  const rate = Math.round(steps / Math.max(seconds, 0.001)).toLocaleString('en-US');
  const what = {
    corpus: 'corpus',
    failing: 'failing allocations',
    random: 'checking',
    shrinking: 'shrinking',
  }[phase];
  const goal = of === Number.MAX_SAFE_INTEGER ? '' : ` of ${of}`;
  return (
    `${what}: ${steps.toLocaleString('en-US')} operations in ${runs}${goal} sequences, ` +
    `${rate} a second, ${seconds.toFixed(0)} s`
  );
}
