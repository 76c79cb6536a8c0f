import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { descriptors, processes, simplerNumber } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Close = Extract<Operation, { op: 'close' }>;

export const close: OperationDefinition<Close> = {
  op: 'close',
  weight: 2,
  clauses: ['result', 'freelist'],
  arbitrary: fc.record({ op: fc.constant('close'), proc: processes, fd: descriptors }),
  inject: (operation) => syscall('close', operation.fd),
  step: modelStep,
  simpler: (operation) => replace(operation, 'fd', simplerNumber(operation.fd)),
};
