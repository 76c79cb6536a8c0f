import type { CliContext } from './context.ts';

/** Whether Ctrl-C was pressed since; a second one ends the process at once. */
export interface Interrupts {
  readonly happened: boolean;
  /** ends listening */
  stop(): void;
}

export function listenForInterrupts({ terminal }: Pick<CliContext, 'terminal'>): Interrupts {
  let happened = false;
  const stop = terminal.onInterrupt(() => {
    happened = true;
  });
  return {
    get happened() {
      return happened;
    },
    stop,
  };
}
