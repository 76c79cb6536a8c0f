import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import {
  buffers,
  descriptors,
  lengths,
  processes,
  simplerAddress,
  simplerNumber,
} from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Write = Extract<Operation, { op: 'write' }>;

/** Copies in: must not copy or allocate pages that it only reads. */
export const write: OperationDefinition<Write> = {
  op: 'write',
  weight: 7,
  clauses: ['content', 'result'],
  arbitrary: fc.record({
    op: fc.constant('write'),
    proc: processes,
    fd: descriptors,
    va: buffers,
    length: lengths,
  }),
  inject: (operation, context) =>
    syscall('write', operation.fd, context.address(operation.va), operation.length),
  step: modelStep,
  *simpler(operation) {
    yield* replace(operation, 'length', simplerNumber(operation.length));
    yield* replace(operation, 'va', simplerAddress(operation.va));
    yield* replace(operation, 'fd', simplerNumber(operation.fd));
  },
};
