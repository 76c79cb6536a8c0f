import { type Env, type ModelState, type Outcome, step } from '../../model/index.ts';
import type { Operation } from '../../spec/operation.ts';

/** The model's step, as every operation of ours takes it. */
export const modelStep = (state: ModelState, operation: Operation, environment: Env): Outcome[] =>
  step(state, operation, environment);
