import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { processes, simplerNumber } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Kill = Extract<Operation, { op: 'kill' }>;

export const kill: OperationDefinition<Kill> = {
  op: 'kill',
  weight: 2,
  clauses: ['ownership', 'freelist', 'result'],
  arbitrary: fc.record({
    op: fc.constant('kill'),
    proc: processes,
    target: fc.oneof(
      { weight: 5, arbitrary: processes },
      { weight: 1, arbitrary: fc.constant(-1) },
    ),
  }),
  inject: (operation, context) => syscall('kill', context.pidOf(operation.target)),
  step: modelStep,
  simpler: (operation) => replace(operation, 'target', simplerNumber(operation.target)),
};
