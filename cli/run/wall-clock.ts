import type { GuestText } from './guest-text.ts';
import type { Outcome, SessionIo, SessionOptions } from './session.ts';

/** Silence after which a guest with a task is given up, unless a time limit says otherwise. */
const SILENCE_MS = 120_000;
/** Silence since boot after which a person is told where the harts are. */
const BOOT_SILENCE_MS = 10_000;

/** Ends sessions that take too long, or in which the guest has gone silent. */
export interface WallClock {
  outcome(now: number): Outcome | undefined;
}

/** @param where Where every hart is, for the message. */
export function wallClock(
  { timeLimitSeconds: limit }: SessionOptions,
  hasTask: boolean,
  text: GuestText,
  io: SessionIo,
  where: () => string,
): WallClock {
  const start = io.now();
  let lastLength = text.length;
  let lastOutput = start;
  let told = false;

  function tell(what: string): void {
    text.flush();
    io.note(`${what}\n${where()}`);
  }

  return {
    outcome(now) {
      if (text.length !== lastLength) {
        lastLength = text.length;
        lastOutput = now;
      }
      if (limit !== undefined && now - start >= 1000 * limit) {
        tell(`the time limit of ${limit} s is over`);
        return { kind: 'time-limit' };
      }
      const silence = now - lastOutput;
      if (hasTask && limit === undefined && silence >= SILENCE_MS) {
        tell(`the guest has been silent for ${SILENCE_MS / 1000} s`);
        return { kind: 'silent' };
      }
      if (!told && text.length === 0 && silence >= BOOT_SILENCE_MS) {
        told = true;
        tell(`the guest has printed nothing for ${BOOT_SILENCE_MS / 1000} s`);
      }
      return undefined;
    },
  };
}
