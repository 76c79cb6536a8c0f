import { readContent, resolveAddress } from '../../model/index.ts';
import type { Operation } from '../../spec/operation.ts';
import { INIT } from '../checkers/index.ts';
import type { AnyOperation } from '../ops/index.ts';
import { printLine } from '../run/describe.ts';
import type { PlayedStep as RunStep } from '../run/run-sequence.ts';
import { runSequence } from '../run/run-sequence.ts';
import type { RunPoint, Session } from '../run/session.ts';
import type { ShrunkFailure } from '../run/shrink-failure.ts';
import { cProgram, type FinalByte, type PlayedStep } from './c-program.ts';

export { entryOf, stepsOf } from './write-steps.ts';

/** The C program of a failure, with what the model says each process must find in the end. */
export function reproducerInC(session: Session, failure: ShrunkFailure): string {
  const { sequence, violation, base } = failure;
  let last: RunPoint['states'] = [];
  runSequence(session, sequence, {
    base,
    onOutcome(_, outcome) {
      last =
        outcome.states.length > 0
          ? outcome.states
          : outcome.outcome
            ? [outcome.outcome.state]
            : last;
    },
  });
  return cProgram({
    tight: base !== 'roomy',
    steps: failure.steps.flatMap((step) => playedStep(step, session)),
    finalBytes: finalBytes(last, sequence),
    clause: violation.clause,
    message: violation.message,
  });
}

function playedStep(
  { operation, done, slot, child, expected }: RunStep,
  { syntax }: Session,
): PlayedStep[] {
  if (!done) return [];
  return [
    {
      operation: operation as Operation,
      text: printLine(operation, syntax),
      slot,
      child,
      expected,
    },
  ];
}

const WRITES = new Set(['store', 'amo', 'lrsc', 'fill', 'read', 'pipe', 'wait', 'fstat']);

/** One byte at each address that the sequence writes, in every process that has it. */
function finalBytes(states: RunPoint['states'], sequence: readonly AnyOperation[]): FinalByte[] {
  const state = states[0];
  if (state === undefined) return [];
  const addresses = new Set<string>();
  for (const operation of sequence) {
    const { va } = operation as { va?: string };
    if (va !== undefined && WRITES.has(operation.op) && va !== '0x0') addresses.add(va);
  }
  const bytes: FinalByte[] = [];
  for (const { slot, status, blocked } of state.processes) {
    if (slot === INIT || status !== 'live' || blocked) continue;
    for (const va of addresses) {
      const at = Number(resolveAddress(state, slot, va));
      const value = readContent(state, slot, at, 1)?.[0];
      // What nobody wrote differs between the agent's pages and the program's.
      if (value !== undefined && wrote(sequence, va, value)) bytes.push({ slot, va, value });
    }
  }
  return bytes;
}

const wrote = (sequence: readonly AnyOperation[], va: string, value: number): boolean =>
  sequence.some((operation) => {
    const { va: to, value: stored, op } = operation as { va?: string; value?: number; op: string };
    return (op === 'store' || op === 'fill') && to === va && ((stored ?? 0) & 0xff) === value;
  });
