import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { processes } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Sbrk = Extract<Operation, { op: 'sbrk' }>;

const PAGE = 4096;
const EAGER = 1;
const LAZY = 2;

/** Whole pages, parts of pages, up and down, into the stack and the text, absurd amounts. */
const amounts = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(PAGE, PAGE, 2 * PAGE, 5 * PAGE, 1, 100, PAGE - 1, PAGE + 1),
  },
  { weight: 6, arbitrary: fc.constantFrom(-PAGE, -PAGE, -2 * PAGE, -1, -100, 1 - PAGE, -PAGE - 1) },
  { weight: 1, arbitrary: fc.constant(0) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(-6 * PAGE, -3 * PAGE, 512 * PAGE, 0x7fffffff, -0x7ffff000),
  },
);

/** Kernels without lazy growth ignore the second argument. */
export const sbrk: OperationDefinition<Sbrk> = {
  op: 'sbrk',
  weight: 8,
  clauses: ['freelist', 'ownership', 'content'],
  arbitrary: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ op: fc.constant('sbrk'), proc: processes, bytes: amounts }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        op: fc.constant('sbrk'),
        proc: processes,
        bytes: amounts,
        lazy: fc.constant(true),
      }),
    },
  ),
  inject: (operation) => syscall('sbrk', operation.bytes, operation.lazy === true ? LAZY : EAGER),
  step: modelStep,
  takesAllMemory: (operation) => operation.bytes > 1024 * PAGE,
  *simpler(operation) {
    if (operation.lazy === true) {
      const { lazy: _, ...eager } = operation;
      yield eager;
    }
    const sign = Math.sign(operation.bytes);
    const sizes = [PAGE, 2 * PAGE, 1].map((size) => sign * size);
    const at = sizes.indexOf(operation.bytes);
    yield* replace(operation, 'bytes', at < 0 ? sizes : sizes.slice(0, at));
  },
};
