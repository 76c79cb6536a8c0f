import { printExpected } from '../../model/index.ts';
import type { Violation } from '../../spec/result.ts';
import { describeResult } from '../checkers/result.ts';
import type { AnyOperation } from '../ops/index.ts';
import type { Reached } from '../reached.ts';
import { printLine } from './describe.ts';
import { endSequence } from './end-sequence.ts';
import { type Finding, runStep, type StepOutcome } from './run-step.ts';
import type { BaseName, RunPoint, Session } from './session.ts';
import { noteSituations } from './situations.ts';

/** One step as it went. */
export interface PlayedStep {
  operation: AnyOperation;
  /** false: not enabled where it stood, so nothing happened */
  done: boolean;
  /** slot that acted */
  slot?: number | undefined;
  /** slot of the process that a fork made */
  child?: number | undefined;
  /** what the model allows, in words; of several, the one that fits best */
  expected: string;
  received: string;
  insns: number;
}

export interface RunResult {
  /** steps up to and including the first wrong one */
  steps: PlayedStep[];
  violation: Violation | undefined;
  /** operations that were performed and checked */
  checked: number;
}

export interface RunOptions {
  base?: BaseName;
  /** where to start instead, and how many of the operations are already done there */
  from?: { point: RunPoint; done: number; steps: readonly PlayedStep[] };
  /** called before each operation, and once before the end; may take a `RunPoint` */
  onStep?: (at: number, states: RunPoint['states']) => void;
  /** called after each operation that was performed */
  onOutcome?: (at: number, outcome: StepOutcome) => void;
  reached?: Reached;
}

/**
 * Runs a sequence from a base: each operation in the guest and in the model, every clause checked after
 * each, and quiescence at the end. Ends at the first violation. Pure but for the guest's own state.
 */
export function runSequence(
  session: Session,
  sequence: readonly AnyOperation[],
  options: RunOptions = {},
): RunResult {
  const place = session.at(options.base ?? 'roomy');
  if (place.session !== session) {
    return runSequence(place.session, sequence, { ...options, base: place.base });
  }
  const base = session.base(place.base);
  const start = options.from?.point ?? base;
  session.guest.restore(start.guest);
  let states = start.states;
  let sharing = session.sharing();
  const steps: PlayedStep[] = [...(options.from?.steps ?? [])];
  let checked = 0;
  const print = (operation: AnyOperation) => printLine(operation, session.syntax);

  for (let at = options.from?.done ?? 0; at < sequence.length; at++) {
    options.onStep?.(at, states);
    const operation = sequence[at]!;
    if (operation.op === 'fail-alloc') {
      session.guest.failAllocation((operation as { nth?: number }).nth);
      steps.push({ operation, done: true, expected: 'ok', received: 'ok', insns: 0 });
      continue;
    }
    const outcome = runStep(session, states, operation, sharing);
    if (outcome === undefined) {
      steps.push({ operation, done: false, expected: 'skipped', received: 'skipped', insns: 0 });
      continue;
    }
    checked++;
    const step = played(session, operation, outcome);
    steps.push(step);
    options.onOutcome?.(at, outcome);
    if (options.reached) noteSituations(options.reached, operation, outcome, sharing);
    if (outcome.finding !== undefined) {
      const violation = violationOf(outcome.finding, steps.length, operation, print);
      return { steps, violation, checked };
    }
    ({ states, sharing } = outcome);
  }

  options.onStep?.(sequence.length, states);
  const finding = endSequence(session, base.freeAtEnd, sharing);
  if (finding !== undefined) {
    const violation = violationOf(finding, sequence.length + 1, undefined, print);
    return { steps, violation, checked };
  }
  options.reached?.count('a sequence ends with everything given back');
  return { steps, violation: undefined, checked };
}

function played(session: Session, operation: AnyOperation, step: StepOutcome): PlayedStep {
  const { guest, slot, outcome, finding } = step;
  const { created } = guest;
  const expected = outcome ? printExpected(outcome.result) : '?';
  const asExpected = finding === undefined || !['result', 'liveness'].includes(finding.clause);
  return {
    operation,
    done: true,
    slot,
    ...(created !== undefined && { child: created }),
    expected,
    received: asExpected ? expected : describeResult(session.guest, guest.result),
    insns: guest.insns,
  };
}

function violationOf(
  finding: Finding,
  step: number,
  operation: AnyOperation | undefined,
  print: (operation: AnyOperation) => string,
): Violation {
  const { clause, message, expected, received, page, where } = finding;
  return {
    clause,
    step,
    operation: operation === undefined ? 'end' : print(operation),
    message,
    expected,
    received,
    ...(page !== undefined && { page: `0x${page.toString(16)}` }),
    ...(where !== undefined && where.length > 0 && { where }),
  };
}
