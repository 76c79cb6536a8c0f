import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { descriptors, processes, simplerNumber } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Dup = Extract<Operation, { op: 'dup' }>;

export const dup: OperationDefinition<Dup> = {
  op: 'dup',
  weight: 2,
  clauses: ['result', 'freelist'],
  arbitrary: fc.record({ op: fc.constant('dup'), proc: processes, fd: descriptors }),
  inject: (operation) => syscall('dup', operation.fd),
  step: modelStep,
  simpler: (operation) => replace(operation, 'fd', simplerNumber(operation.fd)),
};
