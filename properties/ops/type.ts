import fc from 'fast-check';
import type { Operation } from '../../spec/operation.ts';
import { INPUT_BUF_SIZE } from '../../spec/xv6.ts';
import type { OperationDefinition } from './definition.ts';
import { replace, syscall } from './helpers.ts';
import { modelStep } from './model-step.ts';

type Type = Extract<Operation, { op: 'type' }>;

const LINE = 'hello\n';
const LONGER_THAN_THE_BUFFER = 'x'.repeat(INPUT_BUF_SIZE + 2);

/** Somebody types at the console, and readers that wait there go on. Init lives through the interrupt. */
export const type: OperationDefinition<Type> = {
  op: 'type',
  weight: 3,
  clauses: ['isolation', 'content', 'result'],
  arbitrary: fc.record({
    op: fc.constant('type'),
    text: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(LINE, LINE, 'a\n', 'abc\ndef\n') },
      // no end of the line; control-D; a corrected line; a line taken back
      { weight: 3, arbitrary: fc.constantFrom('ab', '\n', '\x04', 'ab\x04', 'ax\x7fb\n', 'a\x15') },
      { weight: 1, arbitrary: fc.constantFrom(LONGER_THAN_THE_BUFFER, '\x01\xfe\xff\n') },
    ),
  }),
  inject: (operation) => ({ ...syscall('getpid'), typed: operation.text }),
  step: modelStep,
  *simpler(operation) {
    const { text } = operation;
    const shorter = ['\n', 'a\n', text.slice(0, text.length >> 1), text.slice(0, -1)];
    yield* replace(
      operation,
      'text',
      shorter.filter(({ length }) => length > 0 && length < text.length),
    );
  },
};
