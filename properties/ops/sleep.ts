import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { processes, simplerNumber } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Sleep = Extract<Operation, { op: 'sleep' }>;

/** Few ticks: the host makes them pass. A negative number means different things over the years. */
export const sleep: OperationDefinition<Sleep> = {
  op: 'sleep',
  weight: 1,
  clauses: ['result'],
  arbitrary: fc.record({
    op: fc.constant('sleep'),
    proc: processes,
    ticks: fc.integer({ min: 0, max: 3 }),
  }),
  inject: (operation) => syscall('sleep', operation.ticks),
  step: modelStep,
  simpler: (operation) => replace(operation, 'ticks', simplerNumber(operation.ticks)),
};
