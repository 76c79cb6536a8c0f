import type { CommandContext } from '@stricli/core';

/** What a command reaches of the outside world. */
export interface CliContext extends CommandContext {
  readonly process: {
    readonly stdout: { write(text: string | Uint8Array): void };
    readonly stderr: { write(text: string): void };
    /** Set by a command that ends normally; the parser sets its own code where none is set. */
    exitCode?: number | string | null;
  };
  /** Keys and signals; absent where there is no console, as in tests. */
  readonly terminal: Terminal;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
}

export interface Terminal {
  /** Are both ends a terminal that a person sits at? */
  readonly interactive: boolean;
  /** Starts handing over input; in a terminal, key by key. Returns the way back. */
  listen(onBytes: (bytes: Uint8Array) => void, onEnd: () => void): () => void;
  /** Calls back once when the user or the system asks to end. Returns the way back. */
  onInterrupt(callback: () => void): () => void;
}
