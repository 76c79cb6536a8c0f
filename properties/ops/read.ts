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

type Read = Extract<Operation, { op: 'read' }>;

/** Copies out: what the bytes land in may be shared, unmapped in part, or not the user's at all. */
export const read: OperationDefinition<Read> = {
  op: 'read',
  weight: 7,
  clauses: ['isolation', 'content', 'result'],
  arbitrary: fc.record({
    op: fc.constant('read'),
    proc: processes,
    fd: descriptors,
    va: buffers,
    length: lengths,
  }),
  inject: (operation, context) =>
    syscall('read', operation.fd, context.address(operation.va), operation.length),
  step: modelStep,
  *simpler(operation) {
    yield* replace(operation, 'length', simplerNumber(operation.length));
    yield* replace(operation, 'va', simplerAddress(operation.va));
    yield* replace(operation, 'fd', simplerNumber(operation.fd));
  },
};
