import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { buffers, descriptors, processes, simplerAddress, simplerNumber } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Fstat = Extract<Operation, { op: 'fstat' }>;

/** Copies out a `struct stat` of 24 bytes. */
export const fstat: OperationDefinition<Fstat> = {
  op: 'fstat',
  weight: 3,
  clauses: ['isolation', 'content', 'result'],
  arbitrary: fc.record({
    op: fc.constant('fstat'),
    proc: processes,
    fd: descriptors,
    va: buffers,
  }),
  inject: (operation, context) => syscall('fstat', operation.fd, context.address(operation.va)),
  step: modelStep,
  *simpler(operation) {
    yield* replace(operation, 'va', simplerAddress(operation.va));
    yield* replace(operation, 'fd', simplerNumber(operation.fd));
  },
};
