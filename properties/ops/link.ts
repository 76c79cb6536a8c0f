import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { newPaths, paths, processes } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Link = Extract<Operation, { op: 'link' }>;

export const link: OperationDefinition<Link> = {
  op: 'link',
  weight: 1,
  clauses: ['result'],
  arbitrary: fc.record({ op: fc.constant('link'), proc: processes, from: paths, to: newPaths }),
  inject: (operation, context) =>
    syscall('link', context.address(operation.from), context.address(operation.to)),
  step: modelStep,
  *simpler(operation) {
    if (operation.from !== 'str_f0') yield* replace(operation, 'from', ['str_f0']);
    if (operation.to !== 'str_f1') yield* replace(operation, 'to', ['str_f1']);
  },
};
