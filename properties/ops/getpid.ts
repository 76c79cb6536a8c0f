import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { processes } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Getpid = Extract<Operation, { op: 'getpid' }>;

export const getpid: OperationDefinition<Getpid> = {
  op: 'getpid',
  weight: 1,
  clauses: ['result'],
  arbitrary: fc.record({ op: fc.constant('getpid'), proc: processes }),
  inject: () => syscall('getpid'),
  step: modelStep,
  simpler: () => [],
};
