import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { atomicWidths, places, processes, simplerAddress, values } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Amo = Extract<Operation, { op: 'amo' }>;

/** Faults as a store, even where only the load part would fail. */
export const amo: OperationDefinition<Amo> = {
  op: 'amo',
  weight: 2,
  clauses: ['isolation', 'ownership', 'content'],
  arbitrary: fc.record({
    op: fc.constant('amo'),
    proc: processes,
    kind: fc.constantFrom('add', 'swap', 'or'),
    va: places,
    width: atomicWidths,
    value: values,
  }),
  inject: (operation, context) => ({
    stub: `do_amo${operation.kind}_${operation.width === 4 ? 'w' : 'd'}`,
    registers: { a1: context.address(operation.va), a2: BigInt(operation.value) },
  }),
  step: modelStep,
  *simpler(operation) {
    yield* replace(operation, 'va', simplerAddress(operation.va));
    if (operation.kind !== 'add') yield* replace(operation, 'kind', ['add']);
    if (operation.value !== 1) yield* replace(operation, 'value', [1]);
  },
};
