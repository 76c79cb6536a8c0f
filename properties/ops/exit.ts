import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { processes } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Exit = Extract<Operation, { op: 'exit' }>;

export const exit: OperationDefinition<Exit> = {
  op: 'exit',
  weight: 4,
  clauses: ['ownership', 'freelist', 'quiescence'],
  arbitrary: fc.record({
    op: fc.constant('exit'),
    proc: processes,
    status: fc.constantFrom(0, 1, 7, -1),
  }),
  inject: (operation) => syscall('exit', operation.status),
  step: modelStep,
  simpler: (operation) => replace(operation, 'status', operation.status === 0 ? [] : [0]),
};
