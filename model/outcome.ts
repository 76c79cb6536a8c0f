/** What a step may show: the result a program sees, and the state afterwards. */
import type { ModelState } from './state.ts';
import type { Data } from './user-copy.ts';

/** What a process shows after its operation: register a0 when it parks again, or why it does not. */
export type Expected =
  /** parks with a0 = `value` (unsigned 64 bits, −1 as all ones); `sc` is a3 after `lrsc` */
  | { kind: 'value'; value: bigint; sc?: 0 | 1 }
  /** parks with a0 in [min, max] */
  | { kind: 'range'; min: bigint; max: bigint }
  /** parks with a0 = the pid of that slot */
  | { kind: 'pid'; slot: number }
  /** parks, a0 means nothing (stores, fetches) */
  | { kind: 'ok' }
  /** never parks again: the kernel kills it (status −1) */
  | { kind: 'killed' }
  /** never parks again: it called exit */
  | { kind: 'exited' }
  /** waits in the kernel until another process's operation completes it */
  | { kind: 'blocked' };

/** Another process that parks, or dies, because of this step. */
export interface Completion {
  slot: number;
  result: Expected;
}

export interface Outcome {
  state: ModelState;
  /** what the acting process shows; `ok` where none acts */
  result: Expected;
  /**
   * Others whose blocked call this step completes, the new child of a fork, and victims of a kill, in
   * the order in which the model completed them. The driver lets them run before the next step.
   */
  completions: readonly Completion[];
  /**
   * Of a write to the console: what could be read of its buffer. As many of these bytes as the call
   * returns go to the serial port.
   */
  output?: Data;
  /** in a few words, what this outcome assumes where kernels may differ; empty when nothing */
  note: string;
}

const MINUS_ONE = 0xffff_ffff_ffff_ffffn;

/** A result in a0, given as a signed number. */
export const value = (result: number | bigint): Expected => ({
  kind: 'value',
  value: BigInt.asUintN(64, BigInt(result)),
});

/** The result as .steps files and messages write it: `ok`, `-1`, `s1`, `killed`, `= 0x11`. */
export function printExpected(expected: Expected): string {
  switch (expected.kind) {
    case 'value':
      return printValue(expected.value) + (expected.sc === undefined ? '' : ` sc ${expected.sc}`);
    case 'range':
      return `${expected.min}..${expected.max}`;
    case 'pid':
      return `s${expected.slot}`;
    default:
      return expected.kind;
  }
}

const printValue = (v: bigint): string => (v === MINUS_ONE ? '-1' : `= 0x${v.toString(16)}`);

/** Does a register value fit what was expected? `pidOf` gives the kernel's pid of a slot. */
export function matchesRegister(
  expected: Expected,
  a0: bigint,
  pidOf: (slot: number) => number | undefined,
): boolean {
  switch (expected.kind) {
    case 'value':
      return expected.value === a0;
    case 'range':
      return expected.min <= a0 && a0 <= expected.max;
    case 'pid':
      return BigInt(pidOf(expected.slot) ?? -1) === a0;
    case 'ok':
      return true;
    default:
      return false;
  }
}
