/** Properties of the model itself over random sequences with failing allocations. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../spec/operation.ts';
import { booted, operation, settleChoices, started } from './fixture.ts';
import {
  actingSlots,
  beginSequence,
  canonical,
  checkInvariants,
  endSequence,
  freePages,
  type ModelState,
  step,
} from './index.ts';
import { accountedPages } from './invariants.ts';

interface Turn {
  operation: Operation;
  failAt: number | undefined;
  pick: number;
  keep: boolean;
}
const turn: fc.Arbitrary<Turn> = fc.record({
  operation,
  failAt: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined, freq: 4 }),
  pick: fc.nat(5),
  keep: fc.boolean(),
});
const turns = fc.array(turn, { maxLength: 40, size: 'max' });
const machine = fc.record({
  freePages: fc.constantFrom(30, 60, 1000),
  cow: fc.constantFrom(true, true, false),
  lazySbrk: fc.constantFrom('never', 'asked', 'always'),
});
type Machine = typeof machine extends fc.Arbitrary<infer T> ? T : never;

/** Every state of a run: each step takes one of its outcomes. */
function* states({ freePages, ...profile }: Machine, run: Turn[]): Generator<ModelState> {
  let state = started(freePages, profile);
  yield state;
  for (const { operation: op, failAt, pick, keep } of run) {
    if (actingSlots(state).length === 0) state = beginSequence(endSequence(state))[0]!.state;
    const outcomes = step(state, op, { failAt });
    if (outcomes.length === 0) continue;
    state = settleChoices(outcomes[pick % outcomes.length]!.state, keep);
    yield state;
  }
}

describe('over random sequences', () => {
  it('every clause holds, and all pages come back at the end', () => {
    fc.assert(
      fc.property(machine, turns, (on, run) => {
        const boot = booted(on.freePages, on);
        let last = boot;
        for (const state of states(on, run)) {
          expect(checkInvariants(state, accountedPages(boot))).toBeUndefined();
          last = state;
        }
        expect(freePages(endSequence(last))).toBe(on.freePages);
      }),
      { numRuns: 300 },
    );
  });

  it('step is deterministic and leaves its argument alone', () => {
    fc.assert(
      fc.property(machine, turns, turn, (on, run, { operation: op, failAt }) => {
        const state = [...states(on, run)].at(-1)!;
        const before = canonical(state);
        const twice = [0, 1].map(() =>
          step(state, op, { failAt }).map((o) => [canonical(o.state), o.result, o.completions]),
        );
        expect(twice[0]).toEqual(twice[1]);
        expect(canonical(state)).toBe(before);
      }),
      { numRuns: 100 },
    );
  });
});
