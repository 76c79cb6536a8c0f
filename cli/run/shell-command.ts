import type { GuestEvents } from './guest-events.ts';
import type { GuestText } from './guest-text.ts';

/** Guest time without output after which `$ ` behind other text is taken for a prompt. */
const QUIET_INSNS = 100_000_000;

/** Types one command at the shell's prompt and waits for the next prompt. */
export interface ShellCommand {
  /** Was the command typed? */
  readonly typed: boolean;
  /**
   * Looks at the console after some guest time without output; returns the exit status when the command
   * is over. Called between slices of the run.
   */
  look(quietInsns: number): number | undefined;
}

export function shellCommand(
  command: string,
  text: GuestText,
  events: GuestEvents,
  type: (text: string) => void,
): ShellCommand {
  let typedAt: number | undefined;
  return {
    get typed() {
      return typedAt !== undefined;
    },
    look(quietInsns) {
      const from = typedAt ?? 0;
      const prompt =
        (text.atPrompt(from) && quietInsns > 0) ||
        (text.endsLikePrompt(from) && quietInsns >= QUIET_INSNS);
      if (!prompt) return undefined;
      if (typedAt !== undefined) return events.lastExitStatus() ?? 0;
      typedAt = text.length;
      events.clearExitStatus();
      type(`${command}\n`);
      return undefined;
    },
  };
}
