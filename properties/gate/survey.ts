import type { Cause } from '../../spec/gate.ts';
import type { Violation } from '../../spec/result.ts';
import { type CampaignOptions, type CorpusEntry, randomSequences } from '../campaign.ts';
import type { AnyOperation } from '../ops/index.ts';
import { runSequence } from '../run/run-sequence.ts';
import type { BaseName, Session } from '../run/session.ts';
import { type ShrunkFailure, shrinkFailure } from '../run/shrink-failure.ts';
import { causeKey, causeOf } from './cause.ts';
import { type CostTotals, createCostMeter } from './cost-meter.ts';

export interface SurveyOptions
  extends Pick<CampaignOptions, 'seed' | 'runs' | 'maxSteps' | 'only'> {
  corpus?: readonly CorpusEntry[];
  /** asked before every sequence; false ends the survey with what it has */
  goOn?: () => boolean;
  onProgress?: (runs: number, steps: number, found: number) => void;
}

/** One cause, with the first sequence that showed it and its shrunk form. */
export interface SurveyFinding {
  cause: Cause;
  violation: Violation;
  base: BaseName;
  shrunk: ShrunkFailure;
}

export interface Survey {
  findings: Map<string, SurveyFinding>;
  /** costs over the sequences that passed, by number of the sequence */
  costs: Map<number, Map<string, CostTotals>>;
  runs: number;
  steps: number;
}

/**
 * Runs all sequences, also behind a violation: every cause is kept once, shrunk, and passing sequences
 * are metered. The same seed gives the same sequences on any kernel.
 */
export function survey(session: Session, options: SurveyOptions): Survey {
  const result: Survey = { findings: new Map(), costs: new Map(), runs: 0, steps: 0 };
  const goOn = options.goOn ?? (() => true);
  for (const [index, { base, sequence }] of allSequences(session, options)) {
    if (!goOn()) break;
    const meter = createCostMeter(session);
    const { violation, checked } = runSequence(session, sequence, {
      base,
      onOutcome: (at, outcome) => meter.add(sequence[at]!.op, outcome),
    });
    meter.stop();
    result.runs += 1;
    result.steps += checked;
    if (violation === undefined) result.costs.set(index, meter.totals());
    else keep(session, result, { base, sequence, violation }, goOn);
    options.onProgress?.(result.runs, result.steps, result.findings.size);
  }
  return result;
}

interface Failure {
  base: BaseName;
  sequence: readonly AnyOperation[];
  violation: Violation;
}

/** Shrinks a failure whose cause is new; the shrunk form may turn out to be a cause that is known. */
function keep(session: Session, result: Survey, failure: Failure, goOn: () => boolean): void {
  const raw = causeOf(session, failure.violation);
  if (result.findings.has(causeKey(raw))) return;
  const { base, sequence, violation } = failure;
  const shrunk = shrinkFailure(session, base, sequence, violation, goOn);
  runSequence(session, shrunk.sequence, { base });
  const cause = causeOf(session, shrunk.violation);
  const finding = { cause, violation: shrunk.violation, base, shrunk };
  result.findings.set(causeKey(raw), result.findings.get(causeKey(cause)) ?? finding);
  result.findings.set(causeKey(cause), result.findings.get(causeKey(cause)) ?? finding);
}

function* allSequences(
  session: Session,
  options: SurveyOptions,
): Generator<[number, { base: BaseName; sequence: readonly AnyOperation[] }]> {
  const corpus = options.corpus ?? [];
  yield* corpus.entries();
  let index = corpus.length;
  for (const drawn of randomSequences(session, options)) yield [index++, drawn];
}

/** The findings, each once, in the order in which they were found. */
export const distinctFindings = (found: Survey): SurveyFinding[] => [
  ...new Set(found.findings.values()),
];
