import { describe, expect, test } from 'vitest';
import type { Clause } from '../../spec/clause.ts';
import { causeKey } from './cause.ts';
import { compareSurveys } from './compare.ts';
import type { CostTotals } from './cost-meter.ts';
import type { Survey, SurveyFinding } from './survey.ts';

const finding = (clause: Clause, where: string): SurveyFinding =>
  ({
    cause: { clause, role: 'user', function: where },
    violation: { clause },
  }) as SurveyFinding;

const costs = (insns: number, times = 1): Map<string, CostTotals> =>
  new Map([
    ['fork', { times, insns: insns * times, bytesCopied: 0, pagesAllocated: 8 * times, faults: 0 }],
  ]);

const survey = (findings: SurveyFinding[], perSequence: [number, number][] = []): Survey => ({
  findings: new Map(findings.map((one) => [causeKey(one.cause), one])),
  costs: new Map(perSequence.map(([index, insns]) => [index, costs(insns)])),
  runs: perSequence.length,
  steps: perSequence.length,
});

describe('findings', () => {
  test('are told apart by cause', () => {
    const leak = finding('conservation', 'uvmcopy');
    const early = finding('conservation', 'kfree');
    const count = finding('refcount', 'kfree');
    const { broken, mended, before } = compareSurveys(
      survey([leak, early]),
      survey([early, count]),
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
      survey(
        [],
        [
          [0, 1000],
          [1, 9000],
        ],
      ),
      survey(
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
      survey([], [[0, 1000]]),
      survey([], [[0, 1100]]),
      maxPercent,
    );
    expect(rows.find((row) => row.metric === 'insns')?.exceeds).toBe(exceeds);
    expect(rows.find((row) => row.metric === 'pagesAllocated')?.exceeds).toBe(false);
  });
});
