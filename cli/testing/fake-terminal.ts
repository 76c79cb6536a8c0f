import type { Terminal } from '../context.ts';

/** A terminal that a test types at. */
export interface FakeTerminal extends Terminal {
  keys(text: string): void;
  end(): void;
  interrupt(): void;
  /** listeners that were not taken back */
  open: number;
}

export function fakeTerminal(interactive: boolean): FakeTerminal {
  let onBytes: ((bytes: Uint8Array) => void) | undefined;
  let onEnd: (() => void) | undefined;
  let onInterrupt: (() => void) | undefined;
  const terminal: FakeTerminal = {
    interactive,
    open: 0,
    listen(bytes, end) {
      [onBytes, onEnd] = [bytes, end];
      terminal.open++;
      return () => {
        terminal.open--;
      };
    },
    onInterrupt(callback) {
      onInterrupt = callback;
      terminal.open++;
      return () => {
        terminal.open--;
      };
    },
    keys: (text) => onBytes?.(new TextEncoder().encode(text)),
    end: () => onEnd?.(),
    interrupt: () => onInterrupt?.(),
  };
  return terminal;
}

/** A terminal at which Ctrl-C is pressed as soon as somebody listens. */
export function impatient(): FakeTerminal {
  const terminal = fakeTerminal(false);
  const { onInterrupt } = terminal;
  terminal.onInterrupt = (callback) => {
    const stop = onInterrupt(callback);
    callback();
    return stop;
  };
  return terminal;
}
