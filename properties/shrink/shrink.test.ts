import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnyOperation } from '../ops/definition.ts';
import { compareSequences } from './order.ts';
import type { Sequence } from './passes.ts';
import { type ShrinkOptions, shrink, shrinkSteps } from './shrink.ts';

const op = (name: string, fields: object = {}): AnyOperation => ({ op: name, proc: 0, ...fields });
const none = (): Iterable<AnyOperation> => [];

/** Shrinks against a predicate on whole sequences; the failing length is the shortest failing prefix. */
function shrinkBy(
  sequence: Sequence,
  fails: (sequence: Sequence) => boolean,
  more: Partial<ShrinkOptions> = {},
) {
  const attempt = (candidate: Sequence) => {
    for (let length = 1; length <= candidate.length; length++) {
      if (fails(candidate.slice(0, length))) return { length };
    }
    return undefined;
  };
  return shrink(sequence, { simpler: none, attempt, ...more });
}

const has = (sequence: Sequence, name: string): boolean => sequence.some((o) => o.op === name);

describe('shrink', () => {
  test('keeps only what the failure needs', () => {
    const noise = Array.from({ length: 29 }, (_, at) => op('load', { va: `data+0x${at}` }));
    const sequence = [...noise.slice(0, 9), op('fork'), ...noise.slice(9), op('exit')];
    const shrunk = shrinkBy(sequence, (s) => has(s, 'fork') && has(s, 'exit'));
    expect(shrunk.sequence.map((o) => o.op)).toEqual(['fork', 'exit']);
    expect(shrunk.minimal).toBe(true);
  });

  test('finds pairs that only go together', () => {
    const balanced = (s: Sequence): boolean =>
      s.filter((o) => o.op === 'pipe').length === s.filter((o) => o.op === 'close').length;
    const sequence = [op('pipe'), op('fork'), op('close'), op('exit')];
    const shrunk = shrinkBy(sequence, (s) => balanced(s) && has(s, 'exit'));
    expect(shrunk.sequence.map((o) => o.op)).toEqual(['exit']);
  });

  test('lets an allocation fail sooner when those before it are left out', () => {
    // the allocation of the store fails, and every fork before it makes seven
    const fails = (s: Sequence): boolean => {
      const nth = (s.find((o) => o.op === 'fail-alloc') as { nth?: number } | undefined)?.nth;
      const forks = s.filter((o) => o.op === 'fork').length;
      return has(s, 'store') && nth === 7 * forks + 1;
    };
    const sequence = [op('fail-alloc', { nth: 15 }), op('fork'), op('fork'), op('store')];
    const shrunk = shrinkBy(sequence, fails);
    expect(shrunk.sequence).toEqual([op('fail-alloc', { nth: 1 }), op('store')]);
  });

  test('lowers processes and simplifies arguments, only downwards', () => {
    const simpler = function* (operation: AnyOperation): Iterable<AnyOperation> {
      const { va } = operation as { va?: string };
      if (va !== undefined) {
        yield { ...operation, va: 'heap+0xfff8' } as AnyOperation; // not simpler: never tried
        yield { ...operation, va: 'data' } as AnyOperation;
      }
    };
    const seen: string[] = [];
    const shrunk = shrinkBy(
      [op('store', { proc: 5, va: 'heap+0x8' })],
      (s) => {
        seen.push(JSON.stringify(s));
        return has(s, 'store') && (s[0]?.proc ?? 0) >= 2;
      },
      { simpler },
    );
    expect(shrunk.sequence).toEqual([op('store', { proc: 2, va: 'data' })]);
    expect(seen.join()).not.toContain('0xfff8');
  });

  test('never runs the same candidate twice and counts its work', () => {
    const seen = new Map<string, number>();
    const sequence = Array.from({ length: 12 }, (_, at) => op(at % 3 === 0 ? 'fork' : 'load'));
    const attempt = (s: Sequence) => {
      const key = JSON.stringify(s);
      seen.set(key, (seen.get(key) ?? 0) + 1);
      return s.filter((o) => o.op === 'fork').length >= 2 ? { length: s.length } : undefined;
    };
    const shrunk = shrink(sequence, { simpler: none, attempt });
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    const tried = Object.values(shrunk.work).reduce((sum, pass) => sum + pass.tried, 0);
    expect(tried).toBe(seen.size);
    expect(shrunk.sequence).toHaveLength(2);
  });

  test('ends when told to, with something that still fails', () => {
    const work = shrinkSteps(
      Array.from({ length: 20 }, () => op('load')),
      { simpler: none, attempt: (s) => (s.length >= 5 ? { length: s.length } : undefined) },
    );
    work.next(true);
    work.next(true);
    const last = work.next(false);
    expect(last.done).toBe(true);
    if (!last.done) return;
    expect(last.value.minimal).toBe(false);
    expect(last.value.sequence).toHaveLength(10);
  });

  test('is 1-minimal on random monotone and non-monotone failures', () => {
    const names = fc.constantFrom('fork', 'exit', 'load', 'store', 'pipe');
    const sequences = fc.array(
      fc.tuple(names, fc.nat(3)).map(([name, proc]) => op(name, { proc })),
      { minLength: 4, maxLength: 25 },
    );
    fc.assert(
      fc.property(sequences, fc.nat(5), (sequence, salt) => {
        const fails = (s: Sequence): boolean =>
          s.length >= 3 && (s.filter((o) => o.op !== 'load').length + salt) % 3 !== 1;
        if (!fails(sequence)) return;
        const { sequence: small } = shrink(sequence, {
          simpler: none,
          attempt: (s) => (fails(s) ? { length: s.length } : undefined),
        });
        expect(fails(small)).toBe(true);
        for (let at = 0; at < small.length; at++) {
          expect(fails([...small.slice(0, at), ...small.slice(at + 1)])).toBe(false);
        }
        expect(compareSequences(small, sequence)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 100 },
    );
  });
});
