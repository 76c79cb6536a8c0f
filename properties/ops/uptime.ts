import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { processes } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Uptime = Extract<Operation, { op: 'uptime' }>;

export const uptime: OperationDefinition<Uptime> = {
  op: 'uptime',
  weight: 1,
  clauses: ['result'],
  arbitrary: fc.record({ op: fc.constant('uptime'), proc: processes }),
  inject: () => syscall('uptime'),
  step: modelStep,
  simpler: () => [],
};
