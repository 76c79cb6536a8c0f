/**
 * The library: boot a kernel, draw operations, run sequences against the model, check every clause.
 *
 * ```ts
 * const session = await openKernel('cow');
 * fc.assert(fc.property(sequenceArbitrary(), (sequence) => {
 *   const { violation } = runSequence(session, sequence);
 *   if (violation) throw new Error(violation.message);
 * }));
 * ```
 */

export * as model from '../model/index.ts';
export { type BundledOptions, openKernel } from './bundled.ts';
export {
  type CampaignProgress,
  type CampaignResult,
  campaignSteps,
  runCampaign,
} from './campaign.ts';
export { CHECKERS, type Checker, type Disagreement, type StepView } from './checkers/index.ts';
export {
  type GenerateOptions,
  operationArbitrary,
  sequenceArbitrary,
  UnknownOperationError,
} from './generate.ts';
export type { Guest, GuestResult, GuestStep } from './guest/api.ts';
export { GuestError } from './guest/guest-error.ts';
export { replace, syscall, syscallNumber } from './ops/helpers.ts';
export {
  type ActContext,
  type AnyOperation,
  type Injection,
  OPERATIONS,
  type OperationDefinition,
} from './ops/index.ts';
export { type CampaignOptions, type CorpusEntry, randomSequences } from './plan.ts';
export { loadPlugins, PluginError } from './plugin.ts';
export { entryOf, reproducerInC, stepsOf } from './reproduce/index.ts';
export { type Explanation, explain } from './run/explain.ts';
export {
  type PlayedStep,
  type RunOptions,
  type RunResult,
  runSequence,
} from './run/run-sequence.ts';
export {
  type Base,
  type BaseName,
  openSession,
  type RunPoint,
  type Session,
  type SessionOptions,
} from './run/session.ts';
export { type ShrunkFailure, shrinkFailure } from './run/shrink-failure.ts';
