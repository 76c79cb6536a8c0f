import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { paths, processes } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Chdir = Extract<Operation, { op: 'chdir' }>;

export const chdir: OperationDefinition<Chdir> = {
  op: 'chdir',
  weight: 1,
  clauses: ['result'],
  arbitrary: fc.record({ op: fc.constant('chdir'), proc: processes, path: paths }),
  inject: (operation, context) => syscall('chdir', context.address(operation.path)),
  step: modelStep,
  simpler: (operation) =>
    operation.path === 'str_dot' ? [] : replace(operation, 'path', ['str_dot']),
};
