import type { AnyOperation } from '../ops/definition.ts';

/**
 * The declared order of sequences: fewer operations, then fewer forks, then simpler arguments, then
 * text. The shrinker only ever moves down in it, so it ends, and two runs of it end at the same place.
 */
export function compareSequences(a: readonly AnyOperation[], b: readonly AnyOperation[]): number {
  return (
    a.length - b.length ||
    forks(a) - forks(b) ||
    complexity(a) - complexity(b) ||
    compareText(serialise(a), serialise(b))
  );
}

/** The key of the memo, and the last word of the order. */
export const serialise = (sequence: readonly AnyOperation[]): string => JSON.stringify(sequence);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const forks = (sequence: readonly AnyOperation[]): number =>
  sequence.filter((operation) => operation.op === 'fork').length;

const complexity = (sequence: readonly AnyOperation[]): number =>
  sequence.reduce((sum, operation) => sum + operationComplexity(operation), 0);

function operationComplexity(operation: AnyOperation): number {
  let sum = 0;
  for (const [field, value] of Object.entries(operation)) {
    if (field === 'op') continue;
    if (field === 'proc') sum += Number(value);
    else if (field === 'text') sum += String(value).length;
    else sum += valueComplexity(value);
  }
  return sum;
}

const PAGE = 4096;

function valueComplexity(value: unknown): number {
  if (typeof value === 'number') return numberComplexity(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || value === 'data') return 0;
  const [, , offset] = /^([a-z_0-9]+)[+-](0x[0-9a-f]+)$/.exec(value) ?? [];
  if (offset !== undefined) return 4 + bits(Number(offset));
  return value.startsWith('0x') && value !== '0x0' ? 8 + value.length : 2;
}

function numberComplexity(value: number): number {
  const size = Math.abs(value);
  const unit = size !== 0 && size % PAGE === 0 ? size / PAGE : size;
  return bits(unit) + (value < 0 ? 1 : 0);
}

const bits = (value: number): number => Math.ceil(Math.log2(value + 1));
