import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { places, processes, simplerAddress, widths } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Load = Extract<Operation, { op: 'load' }>;

const STUBS = { 1: 'do_lbu', 2: 'do_lhu', 4: 'do_lwu', 8: 'do_ld' } as const;

/** Zero-extended, so that the result is the memory's bytes and nothing else. */
export const load: OperationDefinition<Load> = {
  op: 'load',
  weight: 6,
  clauses: ['content', 'result'],
  arbitrary: fc.record({
    op: fc.constant('load'),
    proc: processes,
    va: places,
    width: widths,
  }),
  inject: (operation, context) => ({
    stub: STUBS[operation.width],
    registers: { a1: context.address(operation.va) },
  }),
  step: modelStep,
  *simpler(operation) {
    yield* replace(operation, 'va', simplerAddress(operation.va));
    if (operation.width !== 1) yield* replace(operation, 'width', [1]);
  },
};
