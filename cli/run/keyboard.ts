import type { Terminal } from '../context.ts';
import { escapeKeys, KEYS_HELP } from './escape-keys.ts';

/** What the user typed and asked for. */
export interface Keyboard {
  /** bytes for the guest, in order; whoever takes them removes them */
  readonly queue: number[];
  /** Ctrl-A X */
  readonly left: boolean;
  /** a signal */
  readonly interrupted: boolean;
  /** no more input will come */
  readonly ended: boolean;
  close(): void;
}

export interface KeyboardOptions {
  /** Take input? A command that is given needs none, unless a person may want to look around. */
  listen: boolean;
  note(text: string): void;
  showHarts(): void;
}

export function keyboard(terminal: Terminal, options: KeyboardOptions): Keyboard {
  const queue: number[] = [];
  const keys = escapeKeys();
  let left = false;
  let interrupted = false;
  let ended = !options.listen;

  function onKeys(bytes: Uint8Array): void {
    // what a file or a pipe holds is for the guest as it is
    if (!terminal.interactive) {
      queue.push(...bytes);
      return;
    }
    for (const action of keys(bytes)) {
      if (action.kind === 'type') queue.push(...action.bytes);
      else if (action.kind === 'leave') left = true;
      else if (action.kind === 'help') options.note(KEYS_HELP);
      else options.showHarts();
    }
  }

  const closers = [
    terminal.onInterrupt(() => {
      interrupted = true;
    }),
  ];
  if (options.listen) {
    const onEnd = () => {
      ended = true;
    };
    closers.push(terminal.listen(onKeys, onEnd));
  }
  return {
    queue,
    get left() {
      return left;
    },
    get interrupted() {
      return interrupted;
    },
    get ended() {
      return ended;
    },
    close() {
      for (const close of closers) close();
    },
  };
}
