import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { paths, processes } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Mkdir = Extract<Operation, { op: 'mkdir' }>;

export const mkdir: OperationDefinition<Mkdir> = {
  op: 'mkdir',
  weight: 1,
  clauses: ['result'],
  arbitrary: fc.record({ op: fc.constant('mkdir'), proc: processes, path: paths }),
  inject: (operation, context) => syscall('mkdir', context.address(operation.path)),
  step: modelStep,
  simpler: (operation) =>
    operation.path === 'str_d0' ? [] : replace(operation, 'path', ['str_d0']),
};
