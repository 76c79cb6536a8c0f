import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { atomicWidths, places, processes, simplerAddress, values } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Lrsc = Extract<Operation, { op: 'lrsc' }>;

/** One attempt. The store-conditional may fail, always so when a fault comes between the two. */
export const lrsc: OperationDefinition<Lrsc> = {
  op: 'lrsc',
  weight: 2,
  clauses: ['isolation', 'ownership', 'content'],
  arbitrary: fc.record({
    op: fc.constant('lrsc'),
    proc: processes,
    va: places,
    width: atomicWidths,
    value: values,
  }),
  inject: (operation, context) => ({
    stub: operation.width === 4 ? 'do_lrsc_w' : 'do_lrsc_d',
    registers: { a1: context.address(operation.va), a2: BigInt(operation.value) },
  }),
  step: modelStep,
  *simpler(operation) {
    yield* replace(operation, 'va', simplerAddress(operation.va));
    if (operation.value !== 1) yield* replace(operation, 'value', [1]);
  },
};
