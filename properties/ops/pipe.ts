import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { buffers, processes, simplerAddress } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Pipe = Extract<Operation, { op: 'pipe' }>;

/** Two descriptors of four bytes are copied out, one after the other. */
export const pipe: OperationDefinition<Pipe> = {
  op: 'pipe',
  weight: 5,
  clauses: ['isolation', 'freelist', 'content'],
  arbitrary: fc.record({ op: fc.constant('pipe'), proc: processes, va: buffers }),
  inject: (operation, context) => syscall('pipe', context.address(operation.va)),
  step: modelStep,
  simpler: (operation) => replace(operation, 'va', simplerAddress(operation.va)),
};
