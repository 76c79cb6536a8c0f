import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { simplerNumber } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace } from './helpers.ts';

type FailAlloc = Extract<Operation, { op: 'fail-alloc' }>;

/** Not an act of a process: from here on the driver counts allocations and makes the n-th return 0. */
export const failAlloc: OperationDefinition<FailAlloc> = {
  op: 'fail-alloc',
  weight: 5,
  clauses: ['result', 'liveness', 'quiescence'],
  arbitrary: fc.record({
    op: fc.constant('fail-alloc'),
    nth: fc.oneof(
      { weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }) },
      { weight: 2, arbitrary: fc.integer({ min: 4, max: 12 }) },
    ),
  }),
  step: () => [],
  simpler: (operation) => replace(operation, 'nth', simplerNumber(operation.nth, 1)),
};
