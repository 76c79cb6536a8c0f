/** The search and its files on a toy: states are numbers, operations add to them. */
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../spec/operation.ts';
import {
  breadthFirst,
  type Exploration,
  newExploration,
  pathTo,
  type SearchHooks,
} from './breadth-first.ts';
import type { Expansion } from './expand.ts';
import {
  certificateOf,
  ExplorationFileError,
  parseCertificate,
  parseCheckpoint,
  printCheckpoint,
} from './exploration-file.ts';
import type { Edge } from './position.ts';
import { keyOf } from './state-key.ts';
import { contradiction, sampleOf } from './verify.ts';

const bounds = { procs: 1, pages: 1, depth: 4 };
const identity = { kernel: { path: 'toy', sha256: 'ab' }, model: 'toy 1' };
const add = (bytes: number): Edge => ({ operation: { op: 'sbrk', proc: 0, bytes } as Operation });
const sumOf = (path: readonly Edge[]): number =>
  path.reduce((sum, { operation }) => sum + (operation as { bytes: number }).bytes, 0);

const wrong = (step: number, operation: string) => ({
  ...{ clause: 'content' as const, step, operation },
  ...{ message: 'bad', expected: 'good', received: 'bad' },
});

/** From n: to n+1 and n+2; a violation when `bad` is reached, or `badEnd` ended. */
function expandToy(path: readonly Edge[], bad: number, badEnd = -1): Expansion {
  const transitions: Expansion['transitions'] = [];
  if (sumOf(path) === badEnd) {
    const violation = wrong(path.length + 1, 'end');
    return { transitions, violation: { edge: path.at(-1)!, violation } };
  }
  if (path.length === bounds.depth) return { transitions };
  for (const bytes of [1, 2]) {
    const sum = sumOf(path) + bytes;
    const edge = add(bytes);
    if (sum === bad) {
      const violation = wrong(path.length + 1, 'sbrk');
      return { transitions, violation: { edge, violation } };
    }
    transitions.push({ edge, key: keyOf(String(sum)), abstractKey: keyOf(String(sum % 3)) });
  }
  return { transitions };
}

function hooks(
  bad: number,
  goOn: (at: Exploration) => boolean = () => true,
  badEnd?: number,
): SearchHooks {
  return {
    expandAll: async (paths, onDone) => {
      // answers come in any order
      for (const index of [...paths.keys()].reverse())
        onDone(index, expandToy(paths[index]!, bad, badEnd));
    },
    now: () => 0,
    onProgress: goOn,
  };
}

const fresh = () => newExploration(bounds, true, { key: keyOf('0') });

describe('breadth-first', () => {
  test('visits every sum up to the bound, once', async () => {
    const at = fresh();
    expect(await breadthFirst(at, hooks(-1))).toBe(true);
    expect(at.visited).toHaveLength(9);
    expect(at.depths.map(({ states }) => states)).toEqual([2, 2, 2, 2]);
    expect(at.abstractKeys.size).toBe(3);
    expect(at.operations).toEqual({ sbrk: 14 });
  });

  test('the violation found is a shortest one', async () => {
    const at = fresh();
    expect(await breadthFirst(at, hooks(6))).toBe(false);
    expect(at.violation?.path.map(({ operation }) => operation)).toHaveLength(3);
    expect(sumOf(at.violation!.path)).toBe(6);
  });
});

test('states that an interrupted worker left out are expanded later', async () => {
  const at = fresh();
  const whole = hooks(-1);
  const onlyFirst: SearchHooks = {
    ...whole,
    expandAll: (paths, onDone) => whole.expandAll(paths.slice(0, 1), onDone),
    onProgress: () => false,
  };
  for (let depth = 1; depth <= 2; depth++) await breadthFirst(at, onlyFirst);
  expect(at.expanded).toBe(2);
  expect(await breadthFirst(at, whole)).toBe(true);
  expect(at.operations).toEqual({ sbrk: 14 });
});

test('states at the bound are ended too', async () => {
  const at = fresh();
  expect(await breadthFirst(at, hooks(-1, undefined, 8))).toBe(false);
  expect(at.violation?.path).toHaveLength(4);
  expect(at.depths).toHaveLength(4);
});

describe('checkpoints', () => {
  test('an interrupted search goes on to the same end', async () => {
    const whole = fresh();
    await breadthFirst(whole, hooks(-1));
    let at = fresh();
    let rounds = 0;
    while (
      !(await breadthFirst(
        at,
        hooks(-1, () => false),
      ))
    ) {
      at = parseCheckpoint(printCheckpoint(at, identity), 'c', identity, {
        ...bounds,
        failures: true,
      });
      rounds += 1;
      expect(rounds).toBeLessThan(20);
    }
    expect(certificateOf(at, identity).digest).toBe(certificateOf(whole, identity).digest);
    expect(at.depths).toEqual(whole.depths);
  });

  test.each([
    ['cut', (text: string) => text.slice(0, -20), /not whole JSON/],
    ['changed', (text: string) => text.replace('"expanded":0', '"expanded":1'), /is damaged/],
  ])('a file that was %s is refused', (_, damage, message) => {
    const text = damage(printCheckpoint(fresh(), identity));
    const read = () => parseCheckpoint(text, 'c', identity, { ...bounds, failures: true });
    expect(read).toThrow(ExplorationFileError);
    expect(read).toThrow(message);
  });

  test('one of another kernel or other bounds is refused', () => {
    const text = printCheckpoint(fresh(), identity);
    const other = { ...identity, kernel: { path: 'other', sha256: 'cd' } };
    expect(() => parseCheckpoint(text, 'c', other, { ...bounds, failures: true })).toThrow(
      /another kernel/,
    );
    expect(() => parseCheckpoint(text, 'c', identity, { ...bounds, failures: false })).toThrow(
      /the bounds/,
    );
  });
});

describe('certificates', () => {
  test('hold when a sample is expanded again, and only then', async () => {
    const at = fresh();
    await breadthFirst(at, hooks(-1));
    const { visited } = parseCertificate(JSON.stringify(certificateOf(at, identity)), 'c');
    const known = new Set(visited.map(({ key }) => key));
    const sample = sampleOf(visited, { every: 1, seed: 1 });
    expect(sample).toHaveLength(9);
    for (const index of sample) {
      const path = pathTo(visited, index);
      expect(contradiction(visited, index, expandToy(path, -1), known)).toBeUndefined();
    }
    known.delete(keyOf('5'));
    const index = visited.findIndex(({ key }) => key === keyOf('4'));
    expect(contradiction(visited, index, expandToy(pathTo(visited, index), -1), known)).toMatch(
      /does not list/,
    );
  });

  test('a state that was left out is noticed', async () => {
    const at = fresh();
    await breadthFirst(at, hooks(-1));
    const certificate = certificateOf(at, identity);
    certificate.visited.pop();
    expect(() => parseCertificate(JSON.stringify(certificate), 'c')).toThrow(/digest/);
  });
});
