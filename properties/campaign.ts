import type { Verdict, Violation } from '../spec/result.ts';
import type { AnyOperation } from './ops/index.ts';
import {
  attempts,
  type CampaignOptions,
  type Planned,
  plannedSequences,
  randomSequences,
} from './plan.ts';
import { createReached, missingSituations } from './reached.ts';
import { runSequence } from './run/run-sequence.ts';
import type { BaseName, Session } from './run/session.ts';
import { type ShrunkFailure, shrinkFailureSteps } from './run/shrink-failure.ts';

export interface CampaignProgress {
  phase: Planned['phase'] | 'shrinking';
  runs: number;
  steps: number;
}

export interface CampaignResult {
  verdict: Verdict;
  runs: number;
  steps: number;
  /** the failure, made small */
  failure?: ShrunkFailure;
  reached: Record<string, number>;
  /** situations that should have occurred and never did */
  missing: string[];
  /** false when it was ended early */
  complete: boolean;
}

/** As `campaignSteps`, without stopping. */
export function runCampaign(session: Session, options: CampaignOptions): CampaignResult {
  const work = campaignSteps(session, options);
  for (;;) {
    const next = work.next(true);
    if (next.done) return next.value;
  }
}

/**
 * Runs the corpus, short sequences with every allocation failing, then random ones, until the first
 * violation, which is shrunk. Determined by the session and the options alone. Stops before the first and
 * after every sequence and shrinking attempt with the progress so far; going on with `false` ends the
 * campaign with what it has.
 */
export function* campaignSteps(
  session: Session,
  options: CampaignOptions,
): Generator<CampaignProgress, CampaignResult, boolean> {
  const reached = createReached();
  let runs = 0;
  let steps = 0;
  let complete = true;
  const progress = (phase: CampaignProgress['phase']): CampaignProgress => ({ phase, runs, steps });
  const finish = (failure?: ShrunkFailure): CampaignResult =>
    concludeCampaign(session, { runs, steps, reached: reached.all(), complete }, options, failure);

  if (!(yield progress('corpus'))) {
    complete = false;
    return finish();
  }
  for (const planned of plannedSequences(session, options)) {
    const { phase, base } = planned;
    if (phase === 'random') runs++;
    for (const { sequence, checked, violation } of attempts(session, planned, { reached })) {
      steps += checked;
      if (violation !== undefined) {
        const shrinking = shrinkFailureSteps(session, base, sequence, violation);
        let next = shrinking.next();
        while (!next.done) next = shrinking.next(yield progress('shrinking'));
        return finish(next.value);
      }
      if (!(yield progress(phase))) {
        complete = false;
        return finish();
      }
    }
  }
  return finish();
}

/** The verdict on what was run. */
export function concludeCampaign(
  { profile }: Pick<Session, 'profile'>,
  done: Pick<CampaignResult, 'runs' | 'steps' | 'reached' | 'complete'>,
  options: Pick<CampaignOptions, 'only'>,
  failure?: ShrunkFailure,
): CampaignResult {
  const missing =
    failure || options.only ? [] : missingSituations(done.reached, done.steps, profile.cow);
  const unclear = missing.length > 0 || done.steps === 0;
  const verdict = failure ? 'fail' : unclear ? 'inconclusive' : 'pass';
  return { ...done, verdict, missing, ...(failure && { failure }) };
}

/** A part of a campaign's random sequences, for running several parts at once. */
export interface CampaignPart {
  runs: number;
  steps: number;
  reached: Record<string, number>;
  /** the first failure, not shrunk; `at` counts from the campaign's first sequence */
  failure?: { at: number; base: BaseName; sequence: readonly AnyOperation[]; violation: Violation };
}

/**
 * Runs the random sequences from number `first` on; `options.runs` of them, or to the first failure, or
 * until `goOn`, which is asked before each, says no.
 */
export function runCampaignPart(
  session: Session,
  options: CampaignOptions,
  first: number,
  goOn: () => boolean = () => true,
): CampaignPart {
  const reached = createReached();
  let runs = 0;
  let steps = 0;
  for (const { base, sequence } of randomSequences(session, options, first)) {
    if (!goOn()) break;
    const { checked, violation } = runSequence(session, sequence, { base, reached });
    steps += checked;
    const at = first + runs++;
    if (violation) {
      return { runs, steps, reached: reached.all(), failure: { at, base, sequence, violation } };
    }
  }
  return { runs, steps, reached: reached.all() };
}
