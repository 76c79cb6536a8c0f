import type { ElfFile } from '../../emulator/elf/index.ts';
import type { Machine, Stop } from '../../emulator/machine/api.ts';
import type { Terminal } from '../context.ts';
import type { ConsoleText } from './console-text.ts';
import { escapeKeys, KEYS_HELP } from './escape-keys.ts';
import { watchGuest } from './guest-events.ts';
import { hartReport } from './hart-report.ts';

export interface SessionOptions {
  exec?: string;
  until?: string;
  timeLimitSeconds?: number;
}

/** How a session ended. */
export type Outcome =
  | { kind: 'left' }
  | { kind: 'interrupted' }
  | { kind: 'shown' }
  | { kind: 'command'; status: number }
  | { kind: 'exit'; code: number }
  | { kind: 'panic' }
  | { kind: 'time-limit' }
  | { kind: 'silent' }
  | { kind: 'idle' };

export interface SessionIo {
  terminal: Terminal;
  now(): number;
  /** Shows what happens around the guest; the guest's own output does not pass here. */
  note(text: string): void;
}

/** The first slice is small, so that the first prompt comes fast; then slices take about this long. */
const FIRST_SLICE_INSNS = 200_000;
const SLICE_MS = 10;
const MAX_SLICE_INSNS = 50_000_000;
/** Wall-clock silence after which a guest with a task is given up, unless a time limit says otherwise. */
const SILENCE_MS = 120_000;
/** Wall-clock silence since boot after which a person is told where the harts are. */
const BOOT_SILENCE_MS = 10_000;
/** What a guest may run after `panic` was entered, to print its message. */
const PANIC_INSNS = 20_000_000;
/** Guest time without output after which `$ ` behind other text is taken for a prompt. */
const QUIET_INSNS = 100_000_000;

/** Hands the event loop a turn; with a delay, lets the host rest. */
const turn = (ms: number) =>
  new Promise<void>((resolve) => (ms > 0 ? setTimeout(resolve, ms) : setImmediate(resolve)));

/**
 * Runs a loaded machine against a terminal until the guest, the user or the task ends it. The guest sees
 * nothing of the host's clock: slices only decide when the host looks at the keyboard.
 *
 * @param text The console so far; the machine's `onConsole` adds to it.
 */
export async function runSession(
  machine: Machine,
  elf: ElfFile,
  text: ConsoleText,
  options: SessionOptions,
  io: SessionIo,
): Promise<Outcome> {
  const report = hartReport(machine, elf);
  const hasTask = options.exec !== undefined || options.until !== undefined;
  const keys = escapeKeys();
  const queue: number[] = [];
  let left = false;
  let interrupted = false;
  let inputEnded = false;
  let panicAt: number | undefined;

  function onPanic(hart: { index: number }): void {
    if (panicAt !== undefined) return;
    panicAt = elapsed;
    const others = machine.harts.filter(({ index }) => index !== hart.index);
    const lines = [report.calls(machine.harts[hart.index]!), ...others.map(report.line)];
    panicReport = `the kernel panics\n${lines.join('\n')}`;
  }
  let panicReport: string | undefined;
  let elapsed = 0;
  const guest = watchGuest(machine, elf, onPanic);

  function onKeys(bytes: Uint8Array): void {
    if (!io.terminal.interactive) {
      queue.push(...bytes);
      return;
    }
    for (const action of keys(bytes)) {
      if (action.kind === 'type') queue.push(...action.bytes);
      else if (action.kind === 'leave') left = true;
      else if (action.kind === 'help') io.note(KEYS_HELP);
      else io.note(report.all());
    }
  }

  const undo = [
    io.terminal.onInterrupt(() => {
      interrupted = true;
    }),
  ];
  // a command that is given needs no keyboard, unless a person wants to look or leave
  if (options.exec === undefined || io.terminal.interactive) {
    undo.push(
      io.terminal.listen(onKeys, () => {
        inputEnded = true;
      }),
    );
  } else {
    inputEnded = true;
  }

  const start = io.now();
  let lastTurn = start;
  let lastOutput = start;
  let shownLength = text.length;
  let quietInsns = 0;
  let slice = FIRST_SLICE_INSNS;
  let told = false;
  let typedAt: number | undefined;

  function commandOutcome(): Outcome | undefined {
    if (options.exec === undefined) return undefined;
    const from = typedAt ?? 0;
    const prompt =
      (text.atPrompt(from) && quietInsns > 0) ||
      (text.endsLikePrompt(from) && quietInsns >= QUIET_INSNS);
    if (!prompt) return undefined;
    if (typedAt === undefined) {
      typedAt = text.length;
      quietInsns = 0;
      guest.clearExitStatus();
      queue.push(...new TextEncoder().encode(`${options.exec}\n`));
      return undefined;
    }
    return { kind: 'command', status: guest.lastExitStatus() ?? 0 };
  }

  /** The end of the session, if what happened so far is one. */
  function outcome(stop: Stop): Outcome | undefined {
    if (stop.kind === 'exit') return { kind: 'exit', code: stop.code };
    if (options.until !== undefined && text.shows(options.until)) return { kind: 'shown' };
    if (panicAt !== undefined && elapsed - panicAt > PANIC_INSNS && panicReport !== undefined) {
      io.note(panicReport);
      panicReport = undefined;
      if (hasTask || !io.terminal.interactive) return { kind: 'panic' };
    }
    if (stop.kind === 'idle' && queue.length === 0 && inputEnded) {
      io.note(`every hart waits and nothing can wake one\n${report.all()}`);
      return { kind: 'idle' };
    }
    return commandOutcome();
  }

  function clockOutcome(now: number): Outcome | undefined {
    const limit = options.timeLimitSeconds;
    if (limit !== undefined && now - start >= 1000 * limit) {
      io.note(`the time limit of ${limit} s is over\n${report.all()}`);
      return { kind: 'time-limit' };
    }
    const silence = now - lastOutput;
    if (hasTask && limit === undefined && silence >= SILENCE_MS) {
      io.note(`the guest has been silent for ${SILENCE_MS / 1000} s\n${report.all()}`);
      return { kind: 'silent' };
    }
    if (!told && text.length === 0 && silence >= BOOT_SILENCE_MS) {
      told = true;
      io.note(`the guest has printed nothing for ${BOOT_SILENCE_MS / 1000} s\n${report.all()}`);
    }
    return undefined;
  }

  try {
    for (;;) {
      if (queue.length > 0) queue.splice(0, machine.type(Uint8Array.from(queue)));
      const began = io.now();
      const before = machine.retired;
      const stop = machine.run(slice);
      const now = io.now();
      elapsed += slice;
      quietInsns += slice;
      if (text.length !== shownLength) {
        shownLength = text.length;
        lastOutput = now;
        quietInsns = 0;
      }
      const end = outcome(stop) ?? clockOutcome(now);
      if (end) return end;
      if (interrupted) return { kind: 'interrupted' };
      if (left) return { kind: 'left' };

      // an idle guest's time flies: let it pass no faster than the wall clock
      const busy = machine.retired - before > slice / 4;
      const rest =
        !busy && !(options.exec !== undefined && typedAt === undefined) && queue.length === 0;
      if (now - began > 2 * SLICE_MS) slice = Math.max(FIRST_SLICE_INSNS, Math.floor(slice / 2));
      else if (busy && now - began < SLICE_MS / 2) slice = Math.min(2 * slice, MAX_SLICE_INSNS);
      else if (!busy) slice = FIRST_SLICE_INSNS * 5;
      if (rest || now - lastTurn > SLICE_MS) {
        await turn(rest && !hasTask ? SLICE_MS : 0);
        lastTurn = io.now();
      }
    }
  } finally {
    for (const back of undo) back();
  }
}
