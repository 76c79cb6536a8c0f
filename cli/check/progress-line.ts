import type { CampaignProgress } from '../../properties/campaign.ts';
import type { CliContext } from '../context.ts';

/** Milliseconds between two plain lines where there is no terminal. */
const PLAIN_EVERY_MS = 5000;
const CLEAR_LINE = '\r\x1b[K';

export interface ProgressLine {
  show(progress: CampaignProgress, elapsedMs: number): void;
  end(): void;
}

/** Progress on stderr: one live line on a terminal, a plain line now and then elsewhere. */
export function progressLine({ process, terminal }: CliContext, runs: number): ProgressLine {
  let last = 0;
  let shown = false;
  return {
    show(progress, elapsedMs) {
      const text = describe(progress, elapsedMs, runs);
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
