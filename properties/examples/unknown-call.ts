/**
 * An example of a plugin: a system call that is not ours. Here it is one that no kernel has, so that a
 * correct one answers −1 and nothing changes; yours has a number, arguments, and an effect on the model.
 *
 * cowcheck check KERNEL --plugin properties/examples/unknown-call.ts
 */
import fc from 'fast-check';
import { actingSlot, value } from '../../model/index.ts';
import { type OperationDefinition, syscallNumber } from '../index.ts';

interface UnknownCall {
  op: 'unknown-call';
  proc: number;
  number: number;
}

const unknownCall: OperationDefinition<UnknownCall> = {
  op: 'unknown-call',
  weight: 5,
  clauses: ['result'],
  syntax: { op: 'unknown-call', acting: true, fields: [['number', 'integer']] },
  arbitrary: fc.record({
    op: fc.constant('unknown-call' as const),
    proc: fc.nat(3),
    number: fc.constantFrom(0, 99, 1_000_000),
  }),
  inject: ({ number }) => syscallNumber(number),
  step: (state, { proc }) =>
    actingSlot(state, proc) === undefined
      ? []
      : [{ state, result: value(-1), completions: [], note: '' }],
  *simpler(operation) {
    if (operation.number !== 0) yield { ...operation, number: 0 };
  },
};

export default [unknownCall];
