import { describe, expect, it } from 'vitest';
import { only, run, settleChoices, started } from '../fixture.ts';
import { freePages, mappingAt, ownersOf, printExpected, readContent, step } from '../index.ts';

/** trapframe, root, two tables for the top of the address space, two for its bottom */
const CHILD_PAGES = 6;
const free = 1000 - CHILD_PAGES;
const fork = { op: 'fork', proc: 0 } as const;
const s1 = { proc: 1 } as const;

describe('fork', () => {
  it('shares every page and takes only the page table and trapframe', () => {
    const before = started();
    expect(freePages(before)).toBe(free);
    const { state, result, completions } = only(before, fork);
    expect(printExpected(result)).toBe('s1');
    expect(completions.map((c) => [c.slot, printExpected(c.result)])).toEqual([[1, '= 0x0']]);
    expect(freePages(state)).toBe(free - CHILD_PAGES);
    const [a, b] = [0, 1].map((slot) => mappingAt(state, slot, 0x2000)!);
    expect(a).toEqual({ va: 0x2000, frame: b!.frame, perms: 22, mayBeProtected: true, owners: 3 });
    expect(mappingAt(state, 0, 0)!.mayBeProtected).toBe(false);
  });

  it('without copy-on-write copies all seven', () => {
    const before = started(1000, { cow: false });
    const { state } = only(before, fork);
    expect(freePages(before) - freePages(state)).toBe(CHILD_PAGES + 7);
    expect(mappingAt(state, 1, 0x2000)!.owners).toBe(1);
  });

  it('fails as a whole at each of its allocations, and not at the next', () => {
    const before = started();
    for (let failAt = 1; failAt <= CHILD_PAGES; failAt++) {
      const { state, result } = only(before, fork, { failAt });
      expect(printExpected(result)).toBe('-1');
      expect(freePages(state)).toBe(free);
    }
    expect(only(before, fork, { failAt: CHILD_PAGES + 1 }).result.kind).toBe('pid');
    expect(printExpected(only(started(CHILD_PAGES + 5), fork).result)).toBe('-1');
  });

  it('fails when the process table is full', () => {
    expect(printExpected(only(started(1000, { nproc: 2 }), fork).result)).toBe('-1');
  });

  it('gives the child only the tables that its pages need', () => {
    const shrunk = run(
      started(2000),
      { op: 'sbrk', proc: 0, bytes: 2 ** 21 },
      { op: 'sbrk', proc: 0, bytes: -(2 ** 21) },
    );
    expect(freePages(shrunk)).toBe(2000 - CHILD_PAGES - 1);
    expect(freePages(run(shrunk, fork))).toBe(2000 - 2 * CHILD_PAGES - 1);
  });
});

describe('exit and wait', () => {
  it('keep the memory of a zombie until it is reaped', () => {
    const zombie = run(started(), fork, { op: 'exit', ...s1, status: 7 });
    expect(freePages(zombie)).toBe(free - CHILD_PAGES);
    expect(mappingAt(zombie, 0, 0)!.owners).toBe(3);
    const { state, result } = only(zombie, { op: 'wait', proc: 0, va: 'data' });
    expect(printExpected(result)).toBe('s1');
    expect(readContent(state, 0, 0x2000, 4)).toEqual(Uint8Array.of(7, 0, 0, 0));
    expect(readContent(state, -1, 0x2000, 1)).toEqual(Uint8Array.of(0x5a));
    expect(freePages(state)).toBe(free - 1);
  });

  it('wait without children is −1, with live ones it blocks until one exits', () => {
    expect(printExpected(only(started(), { op: 'wait', proc: 0, va: '0x0' }).result)).toBe('-1');
    const blocked = only(run(started(), fork), { op: 'wait', proc: 0, va: '0x0' });
    expect(blocked.result.kind).toBe('blocked');
    const after = only(blocked.state, { op: 'exit', proc: 0, status: 1 });
    expect(after.result.kind).toBe('exited');
    expect(after.completions).toEqual([{ slot: 0, result: { kind: 'pid', slot: 1 } }]);
  });

  it('wait leaves the zombie when the status cannot be written', () => {
    const zombie = run(started(), fork, { op: 'exit', ...s1, status: 7 });
    for (const [va, env] of [
      ['text2', {}],
      ['guard', {}],
      ['maxva', {}],
      ['data', { failAt: 1 }],
    ] as const) {
      const { state, result } = only(zombie, { op: 'wait', proc: 0, va }, env);
      expect([va, printExpected(result)]).toEqual([va, '-1']);
      expect(freePages(state)).toBe(freePages(zombie));
    }
  });

  it('wait may take any of several zombies', () => {
    const two = run(
      started(),
      fork,
      fork,
      { op: 'exit', proc: 1, status: 1 },
      { op: 'exit', proc: 1, status: 2 },
    );
    const outcomes = step(two, { op: 'wait', proc: 0, va: '0x0' });
    expect(outcomes.map((o) => printExpected(o.result))).toEqual(['s1', 's2']);
  });

  it('orphans go to init and stay zombies', () => {
    const orphan = run(
      started(),
      fork,
      { op: 'fork', proc: 1 },
      { op: 'exit', proc: 1, status: 0 },
      { op: 'exit', proc: 1, status: 0 },
      { op: 'wait', proc: 0, va: '0x0' },
    );
    expect(printExpected(only(orphan, { op: 'wait', proc: 0, va: '0x0' }).result)).toBe('-1');
    expect(freePages(orphan)).toBe(free - CHILD_PAGES);
  });
});

describe('kill', () => {
  it('ends the victim, blocked or not, with status −1', () => {
    const two = run(started(), fork);
    const { result, completions } = only(two, { op: 'kill', proc: 0, target: 1 });
    expect(printExpected(result)).toBe('= 0x0');
    expect(completions).toEqual([{ slot: 1, result: { kind: 'killed' } }]);
    const waiting = run(two, { op: 'fork', ...s1 }, { op: 'wait', ...s1, va: 'data' });
    const ended = run(waiting, { op: 'kill', proc: 0, target: 1 });
    const { state } = only(ended, { op: 'wait', proc: 0, va: 'data' });
    expect(readContent(state, 0, 0x2000, 4)).toEqual(Uint8Array.of(255, 255, 255, 255));
  });

  it('ends the caller itself, and knows who does not exist', () => {
    expect(only(started(), { op: 'kill', proc: 0, target: 0 }).result.kind).toBe('killed');
    const none = only(started(), { op: 'kill', proc: 0, target: -1 });
    expect(printExpected(none.result)).toBe('-1');
  });
});

describe('exec', () => {
  const exec = { op: 'exec', proc: 0, path: 'str_init', argv: 'argv_four' } as const;
  /** one page an argument, root and four tables, seven pages */
  const needed = 4 + 5 + 7;

  it('replaces the image, and gives back what the old one held alone', () => {
    const before = run(
      started(),
      { op: 'store', proc: 0, va: 'data1', width: 8, value: 1 },
      { op: 'sbrk', proc: 0, bytes: 8192 },
    );
    expect(freePages(before)).toBe(free - 3);
    const { state, result } = only(before, exec);
    expect(printExpected(result)).toBe('= 0x4');
    const after = settleChoices(state);
    expect(freePages(after)).toBe(free - 7);
    expect(ownersOf(after, mappingAt(after, 0, 0)!.frame)).toBe(1);
    expect(readContent(after, 0, 0x3000, 1)).toEqual(Uint8Array.of(0x5a));
    expect(() => mappingAt(after, 0, 0x7000)).not.toThrow();
    expect(mappingAt(after, 0, 0x7000)).toBeUndefined();
  });

  it('fails at each of its allocations and leaves the old image', () => {
    const before = started();
    const certain = needed - 4; // the others hold the arguments: kernels differ
    for (let failAt = 1; failAt <= certain; failAt++) {
      const { state, result } = only(before, exec, { failAt });
      expect(printExpected(result)).toBe('-1');
      expect(freePages(state)).toBe(free);
    }
    expect(printExpected(only(before, exec, { failAt: needed + 1 }).result)).toBe('= 0x4');
  });

  it.each([
    ['str_missing', 'argv_none'],
    ['str_console', 'argv_none'],
    ['guard', 'argv_none'],
    ['str_init', 'argv_badptr'],
    ['str_init', 'brk'],
    ['str_init', 'maxva'],
  ])('of %s with %s is −1', (path, argv) => {
    const { state, result } = only(started(), { op: 'exec', proc: 0, path, argv });
    expect(printExpected(result)).toBe('-1');
    expect(freePages(state)).toBe(free);
  });
});
