import { type Environment, type ModelState, type Outcome, step } from '../../model/index.ts';
import type { Operation } from '../../spec/operation.ts';

/** The model's step, as every operation of ours takes it. */
export const modelStep = (
  state: ModelState,
  operation: Operation,
  environment: Environment,
): Outcome[] => step(state, operation, environment);
