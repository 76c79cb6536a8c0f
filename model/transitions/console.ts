/** The console: lines that the environment types, read byte by byte; and what is written to it. */
import { INPUT_BUF_SIZE } from '../../spec/xv6.ts';
import { value } from '../outcome.ts';
import type { Blocked, ConsoleInput } from '../state.ts';
import { copyIn, copyOutStream } from '../user-copy.ts';
import { choose, note, show, update, type Work } from '../work.ts';

const END_OF_INPUT = 4; // control-D
const BACKSPACE = 8;
const NEWLINE = 10;
const RETURN = 13;
const PROCESS_LIST = 16; // control-P: prints, and is no input
const ERASE_LINE = 21; // control-U
const DELETE = 127;

/** As many bytes as a serial port holds for the kernel to fetch; of more it is not said what is lost. */
const MOST_TYPED_BYTES = 1024;
/** A kernel may give up the hart for every byte that it sends. */
const MOST_WRITTEN_BYTES = 512;

/** Bytes typed one after the other: see consoleintr. False when they are too many to follow. */
export function typeText(work: Work, slot: number, text: string): boolean {
  if (text.length > MOST_TYPED_BYTES) return false;
  for (const character of text) work.console = typed(work.console, character.charCodeAt(0) & 0xff);
  return show(work, slot, { kind: 'ok' });
}

function typed({ ready, editing }: ConsoleInput, byte: number): ConsoleInput {
  if (byte === PROCESS_LIST || byte === 0) return { ready, editing };
  if (byte === ERASE_LINE) return { ready, editing: [] };
  if (byte === BACKSPACE || byte === DELETE) return { ready, editing: editing.slice(0, -1) };
  const room = INPUT_BUF_SIZE - ready.length - editing.length;
  if (room === 0) return { ready, editing };
  const line = [...editing, byte === RETURN ? NEWLINE : byte];
  const isWhole = line.at(-1) === NEWLINE || byte === END_OF_INPUT || room === 1;
  return isWhole ? { ready: [...ready, ...line], editing: [] } : { ready, editing: line };
}

/**
 * read from the console: waits until there is input, then takes it up to the end of the line. Control-D
 * ends a read: it is taken only by one that has nothing else to return. Input that has no end, since
 * the buffer is full, may end the read or let it wait for more. `done` bytes were read before waiting.
 */
export function consoleRead(
  work: Work,
  slot: number,
  va: number,
  length: number,
  done = 0,
): boolean {
  if (length < 0) return show(work, slot, value(choose(work, 2) === 0 ? 0 : -1));
  const { ready, editing } = work.console;
  if (ready.length === 0) {
    if (length === 0 && choose(work, 2) === 0) return show(work, slot, value(0));
    return update(work, slot, { blocked: { op: 'console-read', va, length, done } });
  }
  if (length === 0) return show(work, slot, value(0));

  const line = lineOf(ready, length - done);
  if (line.length === 0) {
    const taken = done === 0 ? 1 : 0;
    work.console = { ready: ready.slice(taken), editing };
    return show(work, slot, value(done));
  }
  const { taken, result } = copyOutStream(work, slot, va + done, Uint8Array.from(line));
  work.console = { ready: ready.slice(taken), editing };
  if (result < line.length) return show(work, slot, value(result < 0 ? result : done + result));
  const hasEnded = done + result === length || line.at(-1) === NEWLINE || taken < ready.length;
  if (hasEnded || choose(work, 2) === 1) return show(work, slot, value(done + result));
  note(work, 'a read goes on where a full buffer ended');
  return update(work, slot, { blocked: { op: 'console-read', va, length, done: done + result } });
}

/** Input of one read: at most `most` bytes, up to a newline or before a control-D. */
function lineOf(ready: readonly number[], most: number): readonly number[] {
  const end = ready.findIndex((byte) => byte === NEWLINE || byte === END_OF_INPUT);
  const whole = end < 0 ? ready.length : ready[end] === NEWLINE ? end + 1 : end;
  return ready.slice(0, Math.min(whole, most));
}

/** Continues a read that waited; there is input. */
export const resumeConsole = (
  work: Work,
  slot: number,
  { va, length, done }: Extract<Blocked, { op: 'console-read' }>,
): boolean => consoleRead(work, slot, va, length, done);

/**
 * write to the console: takes what can be read; how much of it counts before a bad page differs. False
 * when it is too much to follow.
 */
export function consoleWrite(work: Work, slot: number, va: number, length: number): boolean {
  if (length < 0) return show(work, slot, value(choose(work, 2) === 0 ? 0 : -1));
  const output = copyIn(work, slot, va, length);
  const readable = output.bytes.length;
  if (readable > MOST_WRITTEN_BYTES) return false;
  work.output = output;
  if (readable === length) return show(work, slot, value(length));
  if (choose(work, 2) === 1) return show(work, slot, value(-1));
  return show(work, slot, { kind: 'range', min: 0n, max: BigInt(readable) });
}
