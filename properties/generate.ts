import fc from 'fast-check';
import type { Operation } from '../spec/operation.ts';
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

interface Leaning {
  weight: number;
  towards: readonly string[];
  /** what such a sequence begins with */
  first?: readonly Operation[];
}

/** Then descriptor 0 is the console, as it is for every program that init starts. */
const OPEN_CONSOLE: Operation = { op: 'open', proc: 0, path: 'str_console', mode: 2 };

/** Which operations a sequence is made of, mostly: a mixture finds less than many different leanings. */
const LEANINGS: readonly Leaning[] = [
  { weight: 6, towards: [] },
  { weight: 1, towards: ['fork'] },
  { weight: 1, towards: ['fork', 'exit', 'wait', 'kill'] },
  { weight: 1, towards: ['fork', 'store', 'fill', 'amo'] },
  { weight: 1, towards: ['pipe', 'read', 'write', 'fork'] },
  { weight: 2, towards: ['type', 'read', 'fail-alloc'], first: [OPEN_CONSOLE] },
  { weight: 1, towards: ['sbrk', 'fork', 'store', 'pressure'] },
  { weight: 1, towards: ['fail-alloc', 'fork', 'store', 'exec', 'read', 'sbrk'] },
];
const LEANS_BY = 12;
const MOST_FIRST_FORKS = 3;

/**
 * Sequences of `maxSteps` operations, or of down to half as many. Most start with a few forks, as without one nothing is
 * shared; half of them lean towards a few operations.
 */
export function sequenceArbitrary(options: GenerateOptions = {}): fc.Arbitrary<AnyOperation[]> {
  const maxLength = options.maxSteps ?? 30;
  const minLength = Math.ceil(maxLength / 2);
  const chosen = chosenOperations(options);
  const leaning = LEANINGS.filter(
    ({ towards }) => towards.length === 0 || chosen.some(({ op }) => towards.includes(op)),
  );
  const isChosen = (operation: AnyOperation) => chosen.some(({ op }) => op === operation.op);
  const sequences = leaning.map(({ weight, towards, first = [] }) => {
    const operation = fc.oneof(
      ...chosen.map(({ op, weight: usual, arbitrary }) => ({
        weight: towards.includes(op) ? usual * LEANS_BY : usual,
        arbitrary,
      })),
    );
    const rest = fc.array(operation, { minLength, maxLength, size: 'max' });
    const begun = fc.record({ first: fc.constant(first.filter(isChosen)), rest });
    return { weight, arbitrary: begun };
  });
  const fork = chosen.find((definition) => definition.op === 'fork');
  const forks = fork
    ? fc.array(fork.arbitrary, { maxLength: MOST_FIRST_FORKS, size: 'max' })
    : fc.constant([]);
  return fc
    .tuple(forks, fc.oneof(...sequences))
    .map(([forked, { first, rest }]) => [...first, ...forked, ...rest].slice(0, maxLength));
}
