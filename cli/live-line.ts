import type { CliContext } from './context.ts';

/** Milliseconds between two plain lines where there is no terminal. */
const PLAIN_EVERY_MS = 5000;
const CLEAR_LINE = '\r\x1b[K';

export interface LiveLine {
  /** `elapsedMs` since the start decides whether a plain line is due */
  show(text: string, elapsedMs: number): void;
  end(): void;
}

/** Progress on stderr: one live line on a terminal, a plain line now and then elsewhere. */
export function liveLine({ process, terminal }: CliContext): LiveLine {
  let last = 0;
  let shown = false;
  return {
    show(text, elapsedMs) {
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
