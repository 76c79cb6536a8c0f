import { describe, expect, it } from 'vitest';
import type { Operation } from '../../spec/operation.ts';
import { only, run, settleChoices, started } from '../fixture.ts';
import {
  canonical,
  freePages,
  type ModelState,
  printExpected,
  readContent,
  step,
} from '../index.ts';

const open: Operation = { op: 'open', proc: 0, path: 'str_console', mode: 2 };
const fork: Operation = { op: 'fork', proc: 0 };
const type = (text: string): Operation => ({ op: 'type', text });
const transfer =
  (op: 'read' | 'write') =>
  (va: string, length: number, proc = 0): Operation => ({ op, proc, fd: 0, va, length });
const read = transfer('read');
const write = transfer('write');

const opened = run(started(), open);
const shared = run(opened, fork);
const results = (state: ModelState, operation: Operation, failAt?: number) =>
  step(state, operation, { failAt }).map(({ result }) => printExpected(result));
const completions = (state: ModelState, operation: Operation, failAt?: number) =>
  step(state, operation, { failAt }).map((outcome) =>
    outcome.completions.map(({ slot, result }) => `s${slot} ${printExpected(result)}`).join(', '),
  );
const textAt = (state: ModelState, slot: number, va: number, length: number) =>
  String.fromCharCode(...readContent(state, slot, va, length)!);
/** What reads of `length` bytes return one after the other, until one would wait. */
function lines(state: ModelState, length: number): string[] {
  const found: string[] = [];
  for (let at = state; ; ) {
    const { state: after, result } = step(at, read('data', length))[0]!;
    if (result.kind !== 'value') return found;
    found.push(textAt(after, 0, 0x2000, Number(result.value)));
    at = settleChoices(after);
  }
}

describe('a read from the console', () => {
  it('waits for a line, and is woken by its end', () => {
    expect(results(opened, read('data', 9))).toEqual(['blocked']);
    const waiting = run(opened, read('data', 9));
    expect(completions(waiting, type('ab'))).toEqual(['']);
    expect(completions(run(waiting, type('ab')), type('c\n'))).toEqual(['s0 = 0x4']);
    const back = run(waiting, type('ab'), type('c\n'));
    expect(textAt(back, 0, 0x2000, 4)).toBe('abc\n');
  });

  it('takes one line, or a part of one, and leaves the rest', () => {
    const typed = run(opened, type('abcde\nfg\nh'));
    expect(lines(typed, 100)).toEqual(['abcde\n', 'fg\n']);
    expect(lines(typed, 4)).toEqual(['abcd', 'e\n', 'fg\n']);
  });

  it('is ended by control-D, which only a read of nothing takes', () => {
    expect(lines(run(opened, type('ab\x04\x04c\n')), 9)).toEqual(['ab', '', '', 'c\n']);
    expect(lines(run(opened, type('ab\x04c\n')), 2)).toEqual(['ab', '', 'c\n']);
  });

  it('gets the line as it was edited', () => {
    expect(lines(run(opened, type('ax\x7fb\n')), 9)).toEqual(['ab\n']);
    expect(lines(run(opened, type('no\x15yes\x08\r\x00\x10\n')), 9)).toEqual(['ye\n', '\n']);
    expect(lines(run(opened, type('a\n\x7f\x15b\n')), 9)).toEqual(['a\n', 'b\n']);
  });

  it('gets what fills the buffer; what is typed beyond is lost', () => {
    const full = run(opened, type(`${'x'.repeat(130)}\n`));
    expect(results(full, read('bss', 128))).toEqual(['= 0x80']);
    expect(results(full, read('bss', 100))).toEqual(['= 0x64']);
    expect(results(full, read('bss', 200)).sort()).toEqual(['= 0x80', 'blocked']);
    const waiting = step(full, read('bss', 200)).find(({ result }) => result.kind === 'blocked')!;
    expect(completions(waiting.state, type('y\n'))).toEqual(['s0 = 0x82']);
    const after = only(waiting.state, type('y\n')).state;
    expect(textAt(after, 0, 0x4000 + 126, 4)).toBe('xxy\n');
    expect(completions(waiting.state, type('\x04'))).toEqual(['s0 = 0x80']);
    expect(results(only(waiting.state, type('\x04')).state, read('bss', 9))).toEqual(['= 0x0']);
  });

  it('of nothing returns or waits, of less is an error or nothing', () => {
    expect(results(opened, read('data', 0)).sort()).toEqual(['= 0x0', 'blocked']);
    expect(results(run(opened, type('a\n')), read('data', 0))).toEqual(['= 0x0']);
    expect(results(opened, read('data', -1)).sort()).toEqual(['-1', '= 0x0']);
  });

  it('copies a shared page, on both sides of a page boundary', () => {
    const typed = run(shared, type('abcd\n'));
    const { state, result } = only(typed, read('data1-0x2', 5, 1));
    expect(printExpected(result)).toBe('= 0x5');
    expect(freePages(state)).toBe(freePages(typed) - 2);
    expect(textAt(state, 1, 0x2ffe, 5)).toBe('abcd\n');
    expect(textAt(state, 0, 0x2ffe, 2)).toBe('ZZ');
  });

  it('without memory returns what was copied before, or −1, and may lose a byte', () => {
    const typed = run(shared, type('abcd\n'));
    expect(new Set(results(typed, read('data', 5, 1), 1))).toEqual(new Set(['= 0x0', '-1']));
    const across = step(typed, read('data1-0x2', 5, 1), { failAt: 2 });
    expect(new Set(across.map(({ result }) => printExpected(result)))).toEqual(
      new Set(['= 0x2', '= 0x0', '-1']),
    );
    const left = across.map(({ state }) => lines(state, 9).join(''));
    expect(new Set(left)).toEqual(new Set(['d\n', 'cd\n', 'bcd\n', 'abcd\n']));
  });

  it('into what must not be written fails alike', () => {
    const typed = run(opened, type('ab\n'));
    for (const va of [
      'text',
      'guard',
      'trapframe',
      'maxva',
      'brk',
      'kernel',
      '0xffffffff80000000',
    ]) {
      expect(new Set(results(typed, read(va, 3))), va).toEqual(new Set(['= 0x0', '-1']));
    }
  });

  it('is one of several that wait: any of them gets the line', () => {
    const waiting = run(shared, read('data', 4), read('data', 4));
    expect(completions(waiting, type('a\n')).sort()).toEqual(['s0 = 0x2', 's1 = 0x2']);
    expect(completions(waiting, type('a\nb\n')).sort()).toEqual([
      's0 = 0x2, s1 = 0x2',
      's1 = 0x2, s0 = 0x2',
    ]);
  });

  it('is ended by a kill', () => {
    const waiting = run(shared, read('data', 4));
    expect(completions(waiting, { op: 'kill', proc: 0, target: 0 })).toEqual(['s0 killed']);
    const killed = run(waiting, { op: 'kill', proc: 0, target: 0 }, type('a\n'));
    expect(results(killed, read('data', 4))).toEqual(['= 0x2']);
  });
});

describe('a write to the console', () => {
  it('takes what can be read, and says what must arrive', () => {
    const [outcome] = step(opened, write('str_f0', 3));
    expect(printExpected(outcome!.result)).toBe('= 0x3');
    expect(outcome!.output?.bytes).toEqual(Uint8Array.of(0x66, 0x30, 0));
    expect(results(opened, write('data', 0))).toEqual(['= 0x0']);
    expect(results(opened, write('data', -1)).sort()).toEqual(['-1', '= 0x0']);
  });

  it('may count what it took before a page that cannot be read', () => {
    const outcomes = step(opened, write('brk-0x3', 5));
    expect(outcomes.map(({ result }) => printExpected(result))).toEqual(['0..3', '-1']);
    expect(outcomes[0]!.output?.bytes).toHaveLength(3);
  });

  it('copies no page, and is not followed when it is long', () => {
    expect(freePages(run(shared, write('data1-0x8', 100)))).toBe(freePages(shared));
    expect(results(opened, write('data', 512))).toEqual(['= 0x200']);
    expect(results(opened, write('data', 513))).toEqual([]);
  });
});

describe('the console', () => {
  it('is typed at even when every process waits, and not without end', () => {
    const waiting = run(opened, read('data', 1));
    expect(results(waiting, type('a\n'))).toEqual(['ok']);
    expect(results(waiting, type('a'.repeat(1025)))).toEqual([]);
  });

  it('is a part of the state: what waits there tells states apart', () => {
    const texts = ['', 'a', 'a\n', 'ab', '\x04'];
    const states = texts.map((text) => canonical(run(opened, type(text))));
    expect(new Set(states).size).toBe(texts.length);
    expect(canonical(run(opened, type('a\x7f')))).toBe(canonical(opened));
  });

  it('is told from a file by fstat, which fills the buffer as for one', () => {
    const { state, result } = only(opened, { op: 'fstat', proc: 0, fd: 0, va: 'bss' });
    expect(printExpected(result)).toBe('= 0x0');
    expect(readContent(state, 0, 0x4000, 24)).toBeUndefined();
  });

  it('is shared by descriptors that fork and dup make', () => {
    const forked = run(
      opened,
      { op: 'dup', proc: 0, fd: 0 },
      { op: 'close', proc: 0, fd: 0 },
      fork,
    );
    const typed = run(forked, type('a\nb\n'));
    const first = run(typed, { op: 'read', proc: 1, fd: 1, va: 'data', length: 2 });
    expect(textAt(first, 1, 0x2000, 2)).toBe('a\n');
    const second = run(first, { op: 'read', proc: 0, fd: 1, va: 'data', length: 2 });
    expect(textAt(second, 0, 0x2000, 2)).toBe('b\n');
  });
});
