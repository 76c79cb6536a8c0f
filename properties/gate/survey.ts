import type { Cause } from '../../spec/gate.ts';
import { attempts, type CampaignOptions, plannedSequences } from '../plan.ts';
import type { Session } from '../run/session.ts';
import { type ShrunkFailure, shrinkFailure } from '../run/shrink-failure.ts';
import { causeKey, causeOf, type Failure } from './cause.ts';
import { type CostTotals, createCostMeter } from './cost-meter.ts';

export interface SurveyOptions extends CampaignOptions {
  /** asked before every sequence; false ends the survey with what it has */
  goOn?: () => boolean;
  onProgress?: (runs: number, steps: number, found: number) => void;
}

/** One cause, with the shrunk form of the first sequence that showed it. */
export interface SurveyFinding {
  cause: Cause;
  shrunk: ShrunkFailure;
}

export interface Survey {
  /** by key of the cause, before and after shrinking */
  findings: Map<string, SurveyFinding>;
  /** costs over the sequences that passed, by number of the sequence */
  costs: Map<number, Map<string, CostTotals>>;
  /** sequences that were run, those with a failing allocation too */
  runs: number;
  steps: number;
}

/**
 * Runs all sequences of a campaign, also behind a violation: every cause is kept once, shrunk, and
 * sequences that pass are metered as they stand. The same options give the same sequences on any kernel.
 */
export function survey(session: Session, options: SurveyOptions): Survey {
  const result: Survey = { findings: new Map(), costs: new Map(), runs: 0, steps: 0 };
  const goOn = options.goOn ?? (() => true);
  let index = 0;
  for (const planned of plannedSequences(session, options)) {
    const { base } = planned;
    const meter = createCostMeter(session.at(base).session);
    let metering = true;
    const tries = attempts(session, planned, {
      onOutcome: (at, outcome) => meter.add(planned.sequence[at]!.op, outcome),
    });
    for (const { sequence, violation, checked } of tries) {
      if (metering) {
        metering = false;
        meter.stop();
        if (violation === undefined) result.costs.set(index, meter.totals());
      }
      result.runs += 1;
      result.steps += checked;
      if (violation !== undefined) keep(session, result, { base, sequence, violation }, goOn);
      options.onProgress?.(result.runs, result.steps, distinctFindings(result).length);
      if (!goOn()) return result;
    }
    index += 1;
  }
  return result;
}

/** Shrinks a failure whose cause is new; the shrunk form may turn out to be a cause that is known. */
function keep(session: Session, result: Survey, failure: Failure, goOn: () => boolean): void {
  const raw = causeKey(causeOf(session, failure));
  if (result.findings.has(raw)) return;
  const { base, sequence, violation } = failure;
  const shrunk = shrinkFailure(session, base, sequence, violation, goOn);
  const cause = causeOf(session, shrunk);
  const key = causeKey(cause);
  const finding = result.findings.get(key) ?? { cause, shrunk };
  result.findings.set(raw, finding).set(key, finding);
}

/** The findings, each once, in the order in which they were found. */
export const distinctFindings = (found: Survey): SurveyFinding[] => [
  ...new Set(found.findings.values()),
];
