import fc from 'fast-check';
import type { Verdict, Violation } from '../spec/result.ts';
import { sequenceArbitrary } from './generate.ts';
import type { AnyOperation, OperationDefinition } from './ops/index.ts';
import { createReached, missingSituations, type Reached } from './reached.ts';
import { runSequence } from './run/run-sequence.ts';
import { scenarios } from './run/scenarios.ts';
import type { BaseName, Session } from './run/session.ts';
import { type ShrunkFailure, shrinkFailureSteps } from './run/shrink-failure.ts';
import { type SweepResult, sweepSteps } from './run/sweep.ts';

/** A sequence that is run before random ones. */
export interface CorpusEntry {
  name: string;
  base: BaseName;
  sequence: readonly AnyOperation[];
}

export interface CampaignOptions {
  seed: number;
  /** random sequences to run, at most */
  runs: number;
  /** operations of one sequence, at most; default 30 */
  maxSteps?: number;
  /** names of the operations to draw */
  only?: readonly string[];
  corpus?: readonly CorpusEntry[];
}

export interface CampaignProgress {
  phase: 'corpus' | 'failing' | 'random' | 'shrinking';
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

/**
 * Of so many sequences the last few start with all memory free; the others have little, so that it runs
 * out. In blocks, as going from one starting point to the other changes most of memory.
 */
const BLOCK = 256;
const ROOMY_OF_BLOCK = 16;

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
  for (const { phase, base, sequence: planned } of allSequences(session, options)) {
    if (phase === 'random') runs++;
    const before = steps;
    const running = runPlanned(session, { phase, base, sequence: planned }, reached);
    let done = running.next();
    while (!done.done) {
      steps = before + done.value;
      done = running.next(yield progress(phase));
    }
    const { checked, failure } = done.value;
    steps = before + checked;
    if (failure !== undefined) {
      const { sequence, violation } = failure;
      const shrinking = shrinkFailureSteps(session, base, sequence, violation);
      let next = shrinking.next();
      while (!next.done) next = shrinking.next(yield progress('shrinking'));
      return finish(next.value);
    }
    if (!(yield progress(phase))) {
      complete = false;
      break;
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

/** One sequence as it is, or with each of its allocations failing in turn. */
function* runPlanned(
  session: Session,
  { phase, base, sequence }: Planned,
  reached: Reached,
): Generator<number, SweepResult, boolean> {
  if (phase === 'failing') return yield* sweepSteps(session, base, sequence, reached);
  const { checked, violation } = runSequence(session, sequence, { base, reached });
  return { checked, failure: violation && { sequence, violation } };
}

interface Planned {
  phase: 'corpus' | 'failing' | 'random';
  base: BaseName;
  sequence: readonly AnyOperation[];
}

function* allSequences(session: Session, options: CampaignOptions): Generator<Planned> {
  const planned: Planned[] = [
    ...(options.corpus ?? []).map(({ base, sequence }) => ({ phase: 'corpus', base, sequence })),
    ...(options.only ? [] : scenarios().map((scenario) => ({ phase: 'failing', ...scenario }))),
  ] as Planned[];
  // Going from one starting point to the other is slow, so each is visited once.
  for (const base of ['roomy', 'tight', 'writable'])
    yield* planned.filter((each) => each.base === base);
  for (const random of randomSequences(session, options)) yield { phase: 'random', ...random };
}

const BATCH = 32;

/** Seeds of neighbouring campaigns must not lead to the same batches. */
const SEED_FACTOR = 0x9e3779b1;

/** The random sequences of a campaign, the same for the same seed, from number `first` on. */
export function* randomSequences(
  session: Pick<Session, 'operations'>,
  options: Pick<CampaignOptions, 'seed' | 'runs' | 'maxSteps' | 'only'>,
  first = 0,
): Generator<{ base: BaseName; sequence: readonly AnyOperation[] }> {
  const arbitrary = sequenceArbitrary({
    operations: [...session.operations.values()],
    ...(options.maxSteps !== undefined && { maxSteps: options.maxSteps }),
    ...(options.only && { only: options.only }),
  });
  const end = first + options.runs;
  for (let done = first - (first % BATCH); done < end; done += BATCH) {
    const seed = (Math.imul(options.seed, SEED_FACTOR) + done) | 0;
    const batch = fc.sample(arbitrary, { seed, numRuns: BATCH });
    for (const [at, sequence] of batch.entries()) {
      if (done + at < first) continue;
      if (done + at >= end) return;
      const base = (done + at) % BLOCK >= BLOCK - ROOMY_OF_BLOCK ? 'roomy' : 'tight';
      yield { base, sequence: base === 'roomy' ? affordable(session, sequence) : sequence };
    }
  }
}

/** What does not take all memory, which is slow where there is much of it. */
function affordable(
  session: Pick<Session, 'operations'>,
  sequence: readonly AnyOperation[],
): readonly AnyOperation[] {
  return sequence.filter((operation) => {
    const definition: OperationDefinition | undefined = session.operations.get(operation.op);
    return definition?.takesAllMemory?.(operation) !== true;
  });
}
