import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { paths, processes } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Unlink = Extract<Operation, { op: 'unlink' }>;

export const unlink: OperationDefinition<Unlink> = {
  op: 'unlink',
  weight: 1,
  clauses: ['result'],
  arbitrary: fc.record({ op: fc.constant('unlink'), proc: processes, path: paths }),
  inject: (operation, context) => syscall('unlink', context.address(operation.path)),
  step: modelStep,
  simpler: (operation) =>
    operation.path === 'str_f0' ? [] : replace(operation, 'path', ['str_f0']),
};
