import fc from 'fast-check';
import { sequenceArbitrary } from './generate.ts';
import type { AnyOperation, OperationDefinition } from './ops/index.ts';
import { runSequence } from './run/run-sequence.ts';
import { scenarios } from './run/scenarios.ts';
import type { BaseName, Session } from './run/session.ts';
import { type Attempt, type AttemptHooks, sweepAttempts } from './run/sweep.ts';

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

/** A sequence of a campaign. Each allocation of a `failing` one is made to fail in turn. */
export interface Planned {
  phase: 'corpus' | 'failing' | 'random';
  base: BaseName;
  sequence: readonly AnyOperation[];
}

/**
 * What a campaign runs, in order: the corpus and short sequences with failing allocations, then random
 * ones. Determined by the options alone, so that two kernels get the same.
 */
export function* plannedSequences(
  session: Pick<Session, 'operations'>,
  options: CampaignOptions,
): Generator<Planned> {
  const planned: Planned[] = [
    ...(options.corpus ?? []).map(({ base, sequence }) => ({ phase: 'corpus', base, sequence })),
    ...(options.only ? [] : scenarios().map((scenario) => ({ phase: 'failing', ...scenario }))),
  ] as Planned[];
  // Going from one starting point to the other is slow, so each is visited once.
  for (const base of ['roomy', 'tight', 'writable'])
    yield* planned.filter((each) => each.base === base);
  for (const random of randomSequences(session, options)) yield { phase: 'random', ...random };
}

/** Runs one sequence as it stands, and a `failing` one then with each of its allocations failing in turn. */
export function* attempts(
  session: Session,
  { phase, base, sequence }: Planned,
  hooks: AttemptHooks = {},
): Generator<Attempt, void, void> {
  if (phase === 'failing') return yield* sweepAttempts(session, base, sequence, hooks);
  const { checked, violation } = runSequence(session, sequence, { base, ...hooks });
  yield { sequence, checked, violation };
}

/**
 * Of so many sequences the last few start with all memory free; the others have little, so that it runs
 * out. In blocks, as going from one starting point to the other changes most of memory.
 */
const BLOCK = 256;
const ROOMY_OF_BLOCK = 16;

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
