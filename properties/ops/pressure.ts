import fc from 'fast-check';
import { pressurePages } from '../../model/index.ts';
import type { Operation } from '../../spec/operation.ts';
import { processes, simplerNumber } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { grow, replace } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Pressure = Extract<Operation, { op: 'pressure' }>;

/** The acting process takes memory until few pages are free. Only sensible where little is free. */
export const pressure: OperationDefinition<Pressure> = {
  op: 'pressure',
  weight: 3,
  clauses: ['result', 'liveness', 'freelist', 'quiescence'],
  arbitrary: fc.record({
    op: fc.constant('pressure'),
    proc: processes,
    freePages: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 4 }) },
      { weight: 2, arbitrary: fc.integer({ min: 5, max: 16 }) },
    ),
  }),
  inject: (operation, { state, slot }) => grow(pressurePages(state, slot, operation.freePages)),
  step: modelStep,
  takesAllMemory: () => true,
  simpler: (operation) => replace(operation, 'freePages', simplerNumber(operation.freePages)),
};
