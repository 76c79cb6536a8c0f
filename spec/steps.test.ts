import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation, Sequence } from './operation.ts';
import { type FieldKind, OPERATION_SYNTAX } from './operation-syntax.ts';
import { parseSteps, printOperation, printSteps, StepsError } from './steps.ts';

const address = fc.oneof(
  fc.constantFrom('data', 'text2', 'brk-0x1', 'str_f0', 'maxva+0x1000'),
  fc.nat().map((n) => `0x${n.toString(16)}`),
);
const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
function arbitraryField(kind: FieldKind): fc.Arbitrary<unknown> {
  if (kind === 'address') return address;
  if (kind === 'integer' || kind === 'hex') return fc.integer();
  if (kind === 'target') return fc.integer({ min: -1, max: 9 });
  if (kind === 'text') return fc.string({ minLength: 1, unit: byte });
  if (kind === 'flag') return fc.constantFrom(true, undefined);
  return fc.constantFrom<unknown>(...('width' in kind ? kind.width : kind.choice));
}
const operation: fc.Arbitrary<Operation> = fc.oneof(
  ...OPERATION_SYNTAX.map((row) =>
    fc
      .tuple(fc.nat(9), ...row.fields.map(([, kind]) => arbitraryField(kind)))
      .map(([proc, ...values]) => {
        const entries = row.fields.map(([name], i) => [name, values[i]] as const);
        return Object.fromEntries([
          ['op', row.op],
          ...(row.acting ? [['proc', proc]] : []),
          ...entries.filter(([, value]) => value !== undefined),
        ]) as unknown as Operation;
      }),
  ),
);
const words = fc.stringMatching(/^[a-z0-9=:#](?: ?[-a-z0-9=:#]){0,8}$/);
const sequence: fc.Arbitrary<Sequence> = fc.record({
  steps: fc.array(
    fc.record({ operation, expected: fc.constantFrom('ok', '-1', 's1', 'killed', '= 0x11') }),
  ),
  expects: fc.constantFrom('pass', 'conservation', 'use-after-free'),
  notes: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/), words).map((notes) => {
    const { expects: _, ...rest } = notes;
    return { ...rest };
  }),
});

describe('printSteps and parseSteps', () => {
  it('are inverse', () => {
    fc.assert(
      fc.property(sequence, (s) => {
        expect(parseSteps(printSteps(s))).toEqual(s);
      }),
    );
  });

  it('write what people read', () => {
    const text = [
      'cowcheck steps 1',
      'expects: freelist',
      'kernel: mutant:early-free',
      '',
      'p0 fork => s1',
      'p1 store.8 data+0x10 0x11 => ok',
      'p0 amo.add.4 bss -0x1',
      'p0 kill none => -1',
      'p2 sbrk -100 lazy',
      'fail-alloc 2',
      'type hi\\x20there\\n\\x04',
      '',
    ].join('\n');
    expect(printSteps(parseSteps(text))).toBe(text);
  });

  it('skip comments and blank lines', () => {
    const text = 'cowcheck steps 1\nexpects: pass\n\n# why\n\np0 fork\r\n';
    expect(parseSteps(text).steps).toEqual([{ operation: { op: 'fork', proc: 0 } }]);
  });
});

describe('parseSteps tells line and expectation', () => {
  const header = 'cowcheck steps 1\nexpects: pass\n\n';
  it.each([
    ['', 1, 'expected "cowcheck steps 1"'],
    ['cowcheck steps 2\n', 1, 'found "cowcheck steps 2"'],
    ['cowcheck steps 1\nkernel: cow\n\n', 3, 'expects: CLAUSE'],
    ['cowcheck steps 1\nexpects: pass\np0 fork\n', 3, 'an empty line ends the header'],
    ['cowcheck steps 1\nexpects: pass\nexpects: pass\n', 3, 'given twice'],
    [`${header}p0 frok`, 4, 'found "frok"; there are load, store'],
    [`${header}fork`, 4, 'expected "p<number>"'],
    [`${header}p0 fail-alloc 1`, 4, 'no process acts'],
    [`${header}p0 store.3 data 1`, 4, 'one of 1, 2, 4, 8'],
    [`${header}p0 store.8 data`, 4, 'lacks its value; expected "p<n> store.<width> <va> <value>"'],
    [`${header}p0 fork 3`, 4, 'unexpected "3"'],
    [`${header}p0 load.8 12`, 4, 'an address such as'],
    [`${header}p0 exit x`, 4, 'an integer'],
    [`${header}p0 exit 99999999999999999999`, 4, 'below 2^53'],
    [`${header}p0 kill all`, 4, 'a process number or "none"'],
    [`${header}p0 fork =>`, 4, 'a result after'],
  ])('%j', (text, line, message) => {
    const failure = (() => {
      try {
        parseSteps(text);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(StepsError);
    expect((failure as StepsError).line).toBe(line);
    expect((failure as StepsError).message).toContain(message);
  });

  it('printOperation refuses an operation without a row', () => {
    expect(() => printOperation({ op: 'mmap' } as unknown as Operation)).toThrow('no syntax');
  });
});
