import type { ElfFile } from '../../emulator/elf/index.ts';
import type { Machine, Stop } from '../../emulator/machine/api.ts';
import type { Terminal } from '../context.ts';
import { watchGuest } from './guest-events.ts';
import type { GuestText } from './guest-text.ts';
import { hartReport } from './hart-report.ts';
import { keyboard } from './keyboard.ts';
import { pace } from './pace.ts';
import { shellCommand } from './shell-command.ts';
import { trapLoop } from './trap-loop.ts';
import { wallClock } from './wall-clock.ts';

export interface SessionOptions {
  exec?: string | undefined;
  until?: string | undefined;
  timeLimitSeconds?: number | undefined;
  /** End with `disk-refused` when the kernel's driver does not accept the disk. */
  mayRefuseDisk?: boolean | undefined;
}

/** How a session ended. */
export type Outcome =
  | { kind: 'left' | 'interrupted' | 'shown' | 'failed' | 'time-limit' | 'silent' | 'idle' }
  /** the kernel's disk driver wants the other virtio version; nothing was shown */
  | { kind: 'disk-refused' }
  | { kind: 'command'; status: number }
  | { kind: 'exit'; code: number };

export interface SessionIo {
  terminal: Terminal;
  now(): number;
  /** Shows what happens around the guest; the guest's own output does not pass here. */
  note(text: string): void;
}

/** What a guest may run after it entered `panic` or a hart was lost, to print its message. */
const LAST_WORDS_INSNS = 5_000_000;
/** Quiet at a prompt after which the shell has read all that a pipe held. */
const PIPE_QUIET_INSNS = 100_000_000;
/** A driver that read the disk's version and did not go on within this refused it. */
const REFUSED_INSNS = 20_000_000;
/** Guest time that output is held back at most while the disk's version is not known to be right. */
const HOLD_INSNS = 2_000_000_000;

const rest = (ms: number) =>
  new Promise<void>((resolve) => (ms > 0 ? setTimeout(resolve, ms) : setImmediate(resolve)));

/**
 * Runs a loaded machine against a terminal until the guest, the user or the task ends it.
 *
 * @param text What the machine's `onConsole` fills.
 */
export async function runSession(
  machine: Machine,
  elf: ElfFile,
  text: GuestText,
  options: SessionOptions,
  io: SessionIo,
): Promise<Outcome> {
  const report = hartReport(machine, elf);
  const events = watchGuest(machine, elf, report);
  const hasTask = options.exec !== undefined || options.until !== undefined;
  const keys = keyboard(io.terminal, {
    listen: options.exec === undefined || io.terminal.interactive,
    note: io.note,
    showHarts: () => io.note(report.all()),
  });
  const type = (typed: string) => keys.queue.push(...new TextEncoder().encode(typed));
  const command =
    options.exec === undefined ? undefined : shellCommand(options.exec, text, events, type);
  const speed = pace(!hasTask);
  const clock = wallClock(options, hasTask, text, io, report.all);
  let insnsSinceStart = 0;
  let insnsSinceOutput = 0;
  let insnsSinceFailure = 0;
  let insnsSinceVersionRead = 0;
  let failureTold = false;

  /** What went wrong for good, and where; a panic without symbols is known by its message. */
  function failure(): string | undefined {
    const panic = elf.symbol('panic') ? events.panic() : text.shows('\npanic: ') && report.all();
    if (panic) return `the kernel panicked\n${panic}`;
    const loop = trapLoop(machine);
    return loop && `${loop}\n${report.all()}`;
  }

  function failureOutcome(ran: number): Outcome | undefined {
    const what = failureTold ? undefined : failure();
    if (what === undefined) return undefined;
    insnsSinceFailure += ran;
    if (insnsSinceFailure <= LAST_WORDS_INSNS) return undefined;
    failureTold = true;
    text.flush();
    io.note(what);
    return hasTask || !io.terminal.interactive ? { kind: 'failed' } : undefined;
  }

  /** The end of the session, if what the guest did makes one. */
  function guestOutcome(stop: Stop, ran: number): Outcome | undefined {
    if (stop.kind === 'exit') return { kind: 'exit', code: stop.code };
    if (options.mayRefuseDisk && machine.diskDriver === 'looking') {
      insnsSinceVersionRead += ran;
      if (insnsSinceVersionRead > REFUSED_INSNS) return { kind: 'disk-refused' };
    }
    if (options.until !== undefined && text.shows(options.until)) return { kind: 'shown' };
    if (stop.kind === 'idle' && keys.queue.length === 0 && keys.ended) {
      io.note(`every hart waits and nothing can wake one\n${report.all()}`);
      return { kind: 'idle' };
    }
    const shellWaits = text.atPrompt(0) && insnsSinceOutput > PIPE_QUIET_INSNS;
    if (!hasTask && keys.ended && keys.queue.length === 0 && shellWaits) return { kind: 'left' };
    const status = command?.look(insnsSinceOutput);
    return status === undefined ? failureOutcome(ran) : { kind: 'command', status };
  }

  try {
    for (;;) {
      if (keys.queue.length > 0) machine.type(Uint8Array.from(keys.queue.splice(0)));
      const began = io.now();
      const ran = speed.slice;
      const [retired, shown] = [machine.retired, text.length];
      const stop = machine.run(ran);
      insnsSinceStart += ran;
      insnsSinceOutput = text.length === shown ? insnsSinceOutput + ran : 0;

      const ended = io.now();
      const outcome = guestOutcome(stop, ran) ?? clock.outcome(ended);
      // a machine whose disk is refused is replaced by another, so what it prints is not shown
      if (outcome?.kind === 'disk-refused') return outcome;
      const held = options.mayRefuseDisk && machine.diskDriver !== 'talking';
      if (!held || outcome || insnsSinceStart > HOLD_INSNS) text.flush();
      if (outcome) return outcome;
      if (keys.interrupted) return { kind: 'interrupted' };
      if (keys.left) return { kind: 'left' };
      const ms = speed.ran(machine.retired - retired, began, ended);
      if (ms !== undefined) await rest(ms);
    }
  } finally {
    keys.close();
  }
}
