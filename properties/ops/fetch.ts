import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { destinations, processes, simplerAddress } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Fetch = Extract<Operation, { op: 'fetch' }>;

/** A jump there and back: to a `ret` in the text, or to a page that must not be executable. */
export const fetch: OperationDefinition<Fetch> = {
  op: 'fetch',
  weight: 2,
  clauses: ['permission', 'result'],
  arbitrary: fc.record({
    op: fc.constant('fetch'),
    proc: processes,
    va: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('text2', 'ret_insn') },
      { weight: 3, arbitrary: fc.constantFrom('data', 'bss', 'stack', 'heap', 'guard') },
      { weight: 1, arbitrary: destinations },
    ),
  }),
  inject: (operation, context) => ({
    stub: 'do_call',
    registers: { a1: context.address(operation.va) },
  }),
  step: modelStep,
  simpler: (operation) => replace(operation, 'va', simplerAddress(operation.va)),
};
