import fc from 'fast-check';
import type { AnyOperation, OperationDefinition } from './ops/index.ts';
import { OPERATIONS } from './ops/index.ts';

export interface GenerateOptions {
  /** what is drawn; default: all operations of ours */
  operations?: readonly OperationDefinition[];
  /** names of the operations to draw, a subset of `operations` */
  only?: readonly string[];
  /** operations of one sequence, at most; default 30 */
  maxSteps?: number;
}

/** Thrown for a name that is no operation; says what there is. */
export class UnknownOperationError extends Error {}

/** The definitions that `options` leaves to draw from. Throws UnknownOperationError. */
export function chosenOperations(options: GenerateOptions = {}): readonly OperationDefinition[] {
  const all = options.operations ?? OPERATIONS;
  if (options.only === undefined) return all;
  const names = all.map((definition) => definition.op);
  for (const name of options.only) {
    if (!names.includes(name)) {
      throw new UnknownOperationError(
        `there is no operation "${name}"; choose from ${names.join(', ')}`,
      );
    }
  }
  return all.filter((definition) => options.only?.includes(definition.op));
}

/** One operation, drawn by weight. */
export function operationArbitrary(options: GenerateOptions = {}): fc.Arbitrary<AnyOperation> {
  const choices = chosenOperations(options).map(({ weight, arbitrary }) => ({ weight, arbitrary }));
  return fc.oneof(...choices);
}

/**
 * Sequences of 1 to `maxSteps` operations. They start with a fork more often than not, as without one
 * nothing is shared.
 */
export function sequenceArbitrary(options: GenerateOptions = {}): fc.Arbitrary<AnyOperation[]> {
  const operation = operationArbitrary(options);
  const maxLength = options.maxSteps ?? 30;
  const sequence = fc.array(operation, { minLength: 1, maxLength, size: 'max' });
  const fork = chosenOperations(options).find((definition) => definition.op === 'fork');
  if (fork === undefined) return sequence;
  const forks = fc.array(fork.arbitrary, { maxLength: 3, size: 'max' });
  return fc.tuple(forks, sequence).map(([first, rest]) => [...first, ...rest].slice(0, maxLength));
}
