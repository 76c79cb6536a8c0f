import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { places, processes, simplerAddress, simplerNumber, values } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Fill = Extract<Operation, { op: 'fill' }>;

const LAST_ADDRESS = (1n << 64n) - 1n;

/** Byte stores in ascending order; a fault in the middle leaves what came before. */
export const fill: OperationDefinition<Fill> = {
  op: 'fill',
  weight: 3,
  clauses: ['isolation', 'ownership', 'content'],
  arbitrary: fc.record({
    op: fc.constant('fill'),
    proc: processes,
    va: places,
    length: fc.constantFrom(8, 100, 4096, 4097, 8192),
    value: values,
  }),
  inject(operation, context) {
    const wanted = context.address(operation.va);
    const va = wanted < LAST_ADDRESS ? wanted : LAST_ADDRESS - 1n;
    const length = BigInt(operation.length);
    // The stub compares addresses, so the end must not wrap around.
    const toTop = LAST_ADDRESS - va;
    return {
      stub: 'do_fill',
      registers: { a0: BigInt(operation.value), a1: va, a2: length < toTop ? length : toTop },
    };
  },
  step: modelStep,
  *simpler(operation) {
    yield* replace(operation, 'length', simplerNumber(operation.length, 1));
    yield* replace(operation, 'va', simplerAddress(operation.va));
    if (operation.value !== 1) yield* replace(operation, 'value', [1]);
  },
};
