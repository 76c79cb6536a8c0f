import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { places, processes, simplerAddress, values, widths } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Store = Extract<Operation, { op: 'store' }>;

const STUBS = { 1: 'do_sb', 2: 'do_sh', 4: 'do_sw', 8: 'do_sd' } as const;

export const store: OperationDefinition<Store> = {
  op: 'store',
  weight: 14,
  clauses: ['isolation', 'ownership', 'content', 'permission'],
  arbitrary: fc.record({
    op: fc.constant('store'),
    proc: processes,
    va: places,
    width: widths,
    value: values,
  }),
  inject: (operation, context) => ({
    stub: STUBS[operation.width],
    registers: { a0: BigInt(operation.value), a1: context.address(operation.va) },
  }),
  step: modelStep,
  *simpler(operation) {
    yield* replace(operation, 'va', simplerAddress(operation.va));
    if (operation.width !== 1) yield* replace(operation, 'width', [1]);
    if (operation.value !== 1) yield* replace(operation, 'value', [1]);
  },
};
