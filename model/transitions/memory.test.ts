import { describe, expect, it } from 'vitest';
import type { Operation } from '../../spec/operation.ts';
import { PTE_W } from '../../spec/sv39.ts';
import { only, run, settleChoices, started } from '../fixture.ts';
import {
  freePages,
  freePagesAtLeast,
  mappingAt,
  pressurePages,
  printExpected,
  readContent,
  step,
} from '../index.ts';
import { lookup, withEntries } from '../page-map.ts';

const free = 1000 - 6;
const fork: Operation = { op: 'fork', proc: 0 };
const store = (va: string, width: 1 | 2 | 4 | 8 = 8): Operation => ({
  op: 'store',
  proc: 0,
  va,
  width,
  value: 0x11,
});

describe('store', () => {
  it('copies a shared page, once', () => {
    const after = run(started(), store('data'));
    expect(freePages(after)).toBe(free - 1);
    expect(mappingAt(after, 0, 0x2000)).toMatchObject({ owners: 1, mayBeProtected: false });
    expect(freePages(run(after, store('data')))).toBe(free - 1);
    expect(readContent(after, -1, 0x2000, 1)).toEqual(Uint8Array.of(0x5a));
  });

  it('copies both pages that it crosses', () => {
    const outcomes = step(started(), store('data1-0x4'));
    expect(outcomes.map((o) => freePages(o.state))).toEqual([free - 2, free - 2]);
  });

  it.each([
    'text',
    'guard',
    'brk',
    'trapframe',
    'trampoline',
    'maxva',
    'kernel',
    '0xffffffffffffff00',
  ])('to %s kills', (va) => {
    const { state, result } = only(run(started(), fork), store(va));
    expect(result.kind).toBe('killed');
    expect(freePages(state)).toBe(free - 6);
  });

  it('without memory kills, unless its page is no longer shared and may be reused', () => {
    expect(only(started(), store('data'), { failAt: 1 }).result.kind).toBe('killed');
    const sole = run(
      started(),
      store('data'),
      fork,
      { op: 'kill', proc: 0, target: 1 },
      { op: 'wait', proc: 0, va: '0x0' },
    );
    expect(mappingAt(sole, 0, 0x2000)).toMatchObject({ owners: 1, mayBeProtected: true });
    const kinds = (failAt: number) =>
      step(sole, store('data'), { failAt }).map((o) => o.result.kind);
    expect(kinds(1)).toEqual(['ok', 'killed']);
    expect(kinds(2)).toEqual(['ok', 'ok']);
    expect(step(sole, store('data'))).toHaveLength(1);
  });
});

describe('other accesses', () => {
  it('load zero-extends and does not copy', () => {
    const { state, result } = only(started(), { op: 'load', proc: 0, va: 'data', width: 2 });
    expect(printExpected(result)).toBe('= 0x692f'.replace('692f', '5a5a'));
    expect(freePages(state)).toBe(free);
    expect(only(started(), { op: 'load', proc: 0, va: 'guard', width: 1 }).result.kind).toBe(
      'killed',
    );
  });

  it('amo adds and returns the old word sign-extended; misaligned it kills', () => {
    const set = run(started(), { op: 'store', proc: 0, va: 'bss', width: 4, value: 0x8000_0000 });
    const amo = { op: 'amo', proc: 0, kind: 'add', width: 4, value: 1 } as const;
    const { state, result } = only(set, { ...amo, va: 'bss' });
    expect(printExpected(result)).toBe('= 0xffffffff80000000');
    expect(readContent(state, 0, 0x4000, 4)).toEqual(Uint8Array.of(1, 0, 0, 0x80));
    expect(only(set, { ...amo, va: 'bss+0x2' }).result.kind).toBe('killed');
  });

  it('sc may fail where its store faulted, only there', () => {
    const lrsc = { op: 'lrsc', proc: 0, va: 'bss', width: 8, value: 3 } as const;
    const outcomes = step(started(), lrsc);
    expect(
      outcomes.map((o) => [o.result.kind === 'value' && o.result.sc, freePages(o.state)]),
    ).toEqual([
      [0, free - 1],
      [1, free - 1],
      [1, free],
    ]);
    expect(step(run(started(), store('bss')), lrsc)).toHaveLength(1);
  });

  it('fetch returns from a return instruction and dies elsewhere', () => {
    const kind = (va: string) => only(started(), { op: 'fetch', proc: 0, va }).result.kind;
    expect(kind('ret_insn')).toBe('ok');
    expect(kind('data')).toBe('killed');
    expect(step(started(), { op: 'fetch', proc: 0, va: 'text+0x10' })).toEqual([]);
  });

  it('fill writes until the first page it may not', () => {
    const fill = { op: 'fill', proc: 0, value: 7 } as const;
    const whole = only(started(), { ...fill, va: 'data', length: 0x3000 });
    expect(freePages(whole.state)).toBe(free - 3);
    expect(readContent(whole.state, 0, 0x4fff, 1)).toEqual(Uint8Array.of(7));
    expect(only(started(), { ...fill, va: 'bss', length: 0x1001 }).result.kind).toBe('killed');
  });
});

describe('sbrk', () => {
  const sbrk = (bytes: number, lazy = false): Operation => ({ op: 'sbrk', proc: 0, bytes, lazy });

  it('returns the old break, takes pages and tables, and keeps the tables', () => {
    const { state, result } = only(started(), sbrk(2 ** 21));
    expect(printExpected(result)).toBe('= 0x7000');
    expect(freePages(state)).toBe(free - 512 - 1);
    expect(freePages(run(state, sbrk(-(2 ** 21))))).toBe(free - 1);
  });

  it('keeps a page of which it gives back a part', () => {
    const part = run(started(), store('stack'), sbrk(-100));
    expect(freePages(part)).toBe(free - 1);
    const back = run(part, sbrk(100));
    expect(readContent(back, 0, 0x6000, 1)).toEqual(Uint8Array.of(0x11));
  });

  it('fails as a whole, but may leave tables', () => {
    const { state, result } = only(started(200), sbrk(2 ** 30));
    expect(printExpected(result)).toBe('-1');
    expect([freePages(state), freePagesAtLeast(state)]).toEqual([194, 194]);
    const more = only(started(600), sbrk(2 ** 30)).state;
    expect([freePages(more), freePagesAtLeast(more)]).toEqual([594, 593]);
    expect(freePages(settleChoices(more, true))).toBe(593);
    expect(freePages(settleChoices(more, false))).toBe(594);
  });

  it('below 0 changes nothing', () => {
    const outcomes = step(started(), sbrk(-0x10000));
    expect(outcomes.map((o) => printExpected(o.result))).toEqual(['= 0x7000', '-1']);
  });

  it('of everything ends the process, which has no code left', () => {
    expect(only(started(), sbrk(-0x7000)).result.kind).toBe('killed');
    expect(only(started(), sbrk(-0x6fff)).result.kind).toBe('value');
  });

  it('defers pages where the kernel can, and kills when one cannot be had', () => {
    const lazy = run(started(1000, { lazySbrk: 'asked' }), sbrk(2 ** 22, true));
    expect(freePages(lazy)).toBe(free);
    expect(freePages(run(lazy, store('heap')))).toBe(free - 1);
    expect(freePages(run(lazy, store('heap+0x200000')))).toBe(free - 2);
    expect(only(lazy, { op: 'load', proc: 0, va: 'heap', width: 8 }).result.kind).toBe('value');
    const { state, result } = only(lazy, store('heap+0x200000'), { failAt: 2 });
    expect(result.kind).toBe('killed');
    expect([freePages(state), freePagesAtLeast(state)]).toEqual([free, free - 1]);
  });

  it('defers them always where the kernel knows no other way; pressure uses them at once', () => {
    const start = started(1000, { lazySbrk: 'always' });
    expect(freePages(run(start, sbrk(0x2000)))).toBe(free);
    const pressure: Operation = { op: 'pressure', proc: 0, freePages: 7 };
    expect(freePages(run(start, pressure))).toBe(7);
    expect(only(start, pressure, { failAt: 3 }).result.kind).toBe('killed');
    expect(only(started(), pressure, { failAt: 3 }).result.kind).toBe('value');
  });

  it('promises the rest of the page that holds the break, or not', () => {
    const lazy = run(started(1000, { lazySbrk: 'asked' }), sbrk(1, true));
    const outcomes = step(lazy, store('heap+0x100'));
    expect(outcomes.map((o) => o.result.kind)).toEqual(['killed', 'ok']);
    expect(only(lazy, store('heap', 1)).result.kind).toBe('ok');
    expect(only(lazy, store('heap+0x1000')).result.kind).toBe('killed');
  });

  it('under pressure takes all but the asked number of pages', () => {
    const pressed = run(started(1300), { op: 'pressure', proc: 0, freePages: 3 });
    expect(freePages(pressed)).toBe(3);
    expect(pressurePages(pressed, 0, 5)).toBe(0);
  });
});

describe('a kernel that lets text be written', () => {
  it('is not followed into code that the process itself overwrote', () => {
    const state = started();
    const writable = {
      ...state,
      processes: state.processes.map((p) => ({
        ...p,
        pages: withEntries(
          p.pages,
          [0, 0x1000].map((va) => [va, lookup(p.pages, va) | PTE_W] as const),
        ),
      })),
    };
    expect(step(writable, store('text'))).toEqual([]);
    expect(only(writable, store('text2')).result.kind).toBe('ok');
  });
});
