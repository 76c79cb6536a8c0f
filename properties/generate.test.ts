import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Operation } from '../spec/operation.ts';
import { parseOperation, printOperation } from '../spec/steps.ts';
import { operationArbitrary, sequenceArbitrary } from './generate.ts';
import { OPERATIONS } from './ops/index.ts';

describe('operations', () => {
  test.each(OPERATIONS.map((definition) => [definition.op, definition] as const))(
    '%s: what is drawn and what is simpler can be written down and read back',
    (_, definition) => {
      const roundTrip = (operation: unknown): void => {
        const text = printOperation(operation as Operation);
        expect(parseOperation(text, 1)).toEqual(operation);
      };
      fc.assert(
        fc.property(definition.arbitrary, (operation) => {
          roundTrip(operation);
          for (const simpler of definition.simpler(operation)) {
            roundTrip(simpler);
            expect(simpler).not.toEqual(operation);
          }
        }),
        { numRuns: 50 },
      );
    },
  );

  test('each name is listed once', () => {
    const names = OPERATIONS.map((definition) => definition.op);
    expect(new Set(names).size).toBe(names.length);
  });

  test('all of them are drawn', () => {
    const drawn = fc.sample(operationArbitrary(), { numRuns: 4000, seed: 1 });
    expect(new Set(drawn.map((o) => o.op))).toEqual(new Set(OPERATIONS.map((d) => d.op)));
  });

  test('the choice can be narrowed, and a wrong name is told with the right ones', () => {
    const drawn = fc.sample(operationArbitrary({ only: ['fork', 'exit'] }), 50);
    expect(new Set(drawn.map((o) => o.op))).toEqual(new Set(['fork', 'exit']));
    expect(() => operationArbitrary({ only: ['frok'] })).toThrow(/no operation "frok".*fork/);
  });

  test('sequences keep to their length', () => {
    const lengths = fc.sample(sequenceArbitrary({ maxSteps: 7 }), 200).map((s) => s.length);
    expect(Math.max(...lengths)).toBe(7);
    expect(Math.min(...lengths)).toBeGreaterThan(0);
  });
});
