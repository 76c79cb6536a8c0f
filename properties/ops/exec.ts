import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { destinations, paths, processes } from './arguments.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Exec = Extract<Operation, { op: 'exec' }>;

const ARGV = ['argv_none', 'argv_one', 'argv_four', 'argv_many', 'argv_badptr'];

/** Only `/init`, which is the agent itself, can succeed: the process must come back to park. */
export const exec: OperationDefinition<Exec> = {
  op: 'exec',
  weight: 4,
  clauses: ['ownership', 'freelist', 'content', 'permission'],
  arbitrary: fc.record({
    op: fc.constant('exec'),
    proc: processes,
    path: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('str_init', 'str_init', 'tstr_init') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('str_missing', 'str_notelf', 'str_long', 'str_empty'),
      },
      { weight: 1, arbitrary: paths },
    ),
    argv: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...ARGV) },
      { weight: 1, arbitrary: destinations },
    ),
  }),
  inject: (operation, context) =>
    syscall('exec', context.address(operation.path), context.address(operation.argv)),
  step: modelStep,
  *simpler(operation) {
    if (operation.path !== 'str_init') yield* replace(operation, 'path', ['str_init']);
    const simple = ['argv_none', 'argv_one'];
    const at = simple.indexOf(operation.argv);
    yield* replace(operation, 'argv', at < 0 ? simple : simple.slice(0, at));
  },
};
