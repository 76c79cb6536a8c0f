import type { Violation } from '../../spec/result.ts';
import type { AnyOperation } from '../ops/index.ts';
import { type Shrunk, shrinkSteps } from '../shrink/shrink.ts';
import { createPrefixRunner } from './prefix-runner.ts';
import { type PlayedStep, runSequence } from './run-sequence.ts';
import type { BaseName, Session } from './session.ts';

/** A failing sequence made as small as the passes can. */
export interface ShrunkFailure {
  base: BaseName;
  sequence: readonly AnyOperation[];
  steps: readonly PlayedStep[];
  violation: Violation;
  originalLength: number;
  /** false when there was no time to finish */
  minimal: boolean;
  work: Shrunk['work'];
}

/** As `shrinkFailureSteps`, without stopping as long as `goOn` says so. */
export function shrinkFailure(
  session: Session,
  base: BaseName,
  sequence: readonly AnyOperation[],
  violation: Violation,
  goOn: () => boolean = () => true,
): ShrunkFailure {
  const work = shrinkFailureSteps(session, base, sequence, violation);
  let next = work.next();
  while (!next.done) next = work.next(goOn());
  return next.value;
}

/**
 * Shrinks a sequence that breaks a clause to one that breaks the same clause. Starts with what was
 * performed up to the violation. Stops before every attempt; going on with `false` ends it early, with
 * the best so far.
 */
export function* shrinkFailureSteps(
  session: Session,
  base: BaseName,
  sequence: readonly AnyOperation[],
  violation: Violation,
): Generator<void, ShrunkFailure, boolean> {
  const place = session.at(base);
  if (place.session !== session) {
    const there = yield* shrinkFailureSteps(place.session, place.base, sequence, violation);
    return { ...there, base };
  }
  const { clause } = violation;
  const runner = createPrefixRunner(session, base, clause);
  const attempt = (candidate: readonly AnyOperation[]) => {
    const result = runner.run(candidate);
    if (result.violation?.clause !== clause) return undefined;
    return { length: Math.min(candidate.length, result.violation.step) };
  };
  const {
    sequence: small,
    minimal,
    work,
  } = yield* shrinkSteps(sequence.slice(0, violation.step), {
    simpler: (operation) => session.operations.get(operation.op)?.simpler(operation) ?? [],
    attempt,
  });
  runner.dispose();
  const placed = placeOf(session, base, small, clause);
  return { ...placed, sequence: small, originalLength: sequence.length, minimal, work };
}

/** The plainer base, where the failure shows there too; and how it goes. */
function placeOf(
  session: Session,
  base: BaseName,
  sequence: readonly AnyOperation[],
  clause: Violation['clause'],
): Pick<ShrunkFailure, 'base' | 'steps' | 'violation'> {
  const plain = base === 'tight' && !sequence.some((operation) => NEEDS_TIGHT.has(operation.op));
  for (const place of plain ? (['roomy', base] as const) : [base]) {
    const { steps, violation } = runSequence(session, sequence, { base: place });
    if (violation?.clause === clause) return { base: place, steps, violation };
  }
  throw new Error(`placeOf: the shrunk sequence does not break "${clause}" any more`);
}
const NEEDS_TIGHT = new Set(['pressure', 'sbrk']);
