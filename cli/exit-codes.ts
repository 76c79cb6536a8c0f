import { ExitCode } from '@stricli/core';
import { ElfError } from '../emulator/elf/index.ts';

/** What the process returns; they suit `git bisect run`. */
export const EXIT = {
  /** nothing found */
  ok: 0,
  /** a violation, or a guest that failed */
  violation: 1,
  /** bad usage, or an input that cannot be used */
  usage: 2,
  /** an error of ours */
  internal: 3,
  interrupted: 130,
} as const;

/** Something that the user can mend: one sentence with the way out, no stack trace. */
export class UsageError extends Error {}

/** Is it for the user to mend? Debug information may turn out to be damaged as late as it is needed. */
export function isMendable(error: unknown): error is Error {
  return error instanceof UsageError || error instanceof ElfError;
}

/** The exit code for an exception thrown by a command. */
export function exitCodeOf(error: unknown): number {
  return isMendable(error) ? EXIT.usage : EXIT.internal;
}

/** The parser of the command line has its own codes for what went wrong before a command ran. */
export function fromParser(code: number): number {
  if (code === ExitCode.UnknownCommand || code === ExitCode.InvalidArgument) return EXIT.usage;
  return code < 0 ? EXIT.internal : code;
}
