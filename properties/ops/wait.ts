import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { destinations, processes, simplerAddress } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Wait = Extract<Operation, { op: 'wait' }>;

/** The status is copied out, so it may land in a page that a sibling shares. Address 0 asks for none. */
export const wait: OperationDefinition<Wait> = {
  op: 'wait',
  weight: 5,
  clauses: ['isolation', 'freelist', 'result'],
  arbitrary: fc.record({
    op: fc.constant('wait'),
    proc: processes,
    va: fc.oneof(
      { weight: 3, arbitrary: destinations },
      { weight: 1, arbitrary: fc.constant('0x0') },
    ),
  }),
  inject: (operation, context) => syscall('wait', context.address(operation.va)),
  step: modelStep,
  simpler: (operation) =>
    operation.va === '0x0'
      ? []
      : replace(operation, 'va', ['0x0', ...simplerAddress(operation.va)]),
};
