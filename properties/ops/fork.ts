import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { processes } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Fork = Extract<Operation, { op: 'fork' }>;

export const fork: OperationDefinition<Fork> = {
  op: 'fork',
  weight: 16,
  clauses: ['ownership', 'refcount', 'permission'],
  arbitrary: fc.record({ op: fc.constant('fork'), proc: processes }),
  inject: () => syscall('fork'),
  step: modelStep,
  simpler: () => [],
};
