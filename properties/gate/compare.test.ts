import { describe, expect, test } from 'vitest';
import type { Clause } from '../../spec/clause.ts';
import type { Cause } from '../../spec/gate.ts';
import { compareSurveys, type SurveyedSide } from './compare.ts';
import type { CostTotals } from './cost-meter.ts';

const cause = (clause: Clause, where: string): Cause => ({ clause, role: 'user', function: where });

const costs = (insns: number, times = 1): Map<string, CostTotals> =>
  new Map([
    ['fork', { times, insns: insns * times, bytesCopied: 0, pagesAllocated: 8 * times, faults: 0 }],
  ]);

const side = (causes: Cause[], perSequence: [number, number][] = []): SurveyedSide => ({
  causes,
  costs: new Map(perSequence.map(([index, insns]) => [index, costs(insns)])),
});

describe('findings', () => {
  test('are told apart by cause', () => {
    const leak = cause('conservation', 'uvmcopy');
    const early = cause('conservation', 'kfree');
    const count = cause('refcount', 'kfree');
    const { broken, mended, before } = compareSurveys(
      side([leak, early]),
      side([early, count]),
      undefined,
    );
    expect(broken).toEqual([count]);
    expect(mended).toEqual([leak]);
    expect(before).toEqual([early]);
  });
});

describe('costs', () => {
  test('only sequences that passed on both count', () => {
    const { costs: rows } = compareSurveys(
      side(
        [],
        [
          [0, 1000],
          [1, 9000],
        ],
      ),
      side(
        [],
        [
          [0, 1100],
          [2, 5],
        ],
      ),
      undefined,
    );
    expect(rows.find((row) => row.metric === 'insns')).toMatchObject({ base: 1000, head: 1100 });
  });

  test.each([
    [5, true],
    [10, false],
    [undefined, false],
  ])('growth by 10 %% against a threshold of %s', (maxPercent, exceeds) => {
    const { costs: rows } = compareSurveys(
      side([], [[0, 1000]]),
      side([], [[0, 1100]]),
      maxPercent,
    );
    expect(rows.find((row) => row.metric === 'insns')?.exceeds).toBe(exceeds);
    expect(rows.find((row) => row.metric === 'pagesAllocated')?.exceeds).toBe(false);
  });
});
