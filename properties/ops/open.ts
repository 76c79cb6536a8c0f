import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { newPaths, processes } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Open = Extract<Operation, { op: 'open' }>;

const O_CREATE = 0x200;
const O_TRUNC = 0x400;
const READ_WRITE = 2;

export const open: OperationDefinition<Open> = {
  op: 'open',
  weight: 3,
  clauses: ['result'],
  arbitrary: fc.record({
    op: fc.constant('open'),
    proc: processes,
    path: newPaths,
    mode: fc.oneof(
      { weight: 5, arbitrary: fc.constant(O_CREATE | READ_WRITE) },
      { weight: 2, arbitrary: fc.constantFrom(0, 1, 2, O_CREATE, O_CREATE | 1) },
      { weight: 1, arbitrary: fc.constantFrom(O_TRUNC | READ_WRITE, O_CREATE | O_TRUNC | 1) },
    ),
  }),
  inject: (operation, context) => syscall('open', context.address(operation.path), operation.mode),
  step: modelStep,
  *simpler(operation) {
    if (operation.path !== 'str_f0') yield* replace(operation, 'path', ['str_f0']);
    if (operation.mode !== (O_CREATE | READ_WRITE)) {
      yield* replace(operation, 'mode', [O_CREATE | READ_WRITE]);
    }
  },
};
