import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PAGE_BYTES, type Ppn, ppn } from '../../spec/units.ts';
import { KERNBASE } from '../../spec/xv6.ts';
import type { Observation } from './api.ts';
import { createObserver } from './observer.ts';
import { type ToyKernel, toyKernel } from './testing/toy-kernel.ts';

/** Everything an observation says, in an order that does not depend on history. */
function told(observed: Observation) {
  const pages: Ppn[] = [];
  for (let page = observed.firstPpn; page < observed.endPpn; page++) pages.push(page);
  const sorted = <T>(list: readonly T[]) => list.map((each) => JSON.stringify(each)).sort();
  return {
    freelist: observed.freelist,
    processes: observed.processes.map((p) => ({ ...p, tables: sorted(p.tables) })),
    classes: pages.map((page) => observed.classOf(page)),
    free: pages.filter((page) => observed.isFree(page)),
    owners: pages.map((page) => sorted(observed.ownersOf(page))),
    counts: pages.map((page) => observed.refcount(page)),
    pipes: sorted(observed.pipes),
    conflicts: observed.conflicts.map(({ page, claims }) => ({ page, claims: sorted(claims) })),
    damaged: observed.damagedTables,
  };
}

function started(lists = 1, bias = 0) {
  const kernel = toyKernel(lists, bias);
  kernel.spawn(0, 3);
  const observer = createObserver(kernel.layout, kernel.memory);
  const first = observer.observe();
  return { kernel, observer, first };
}

describe('a correct kernel', () => {
  test('every page is in one class', () => {
    const { kernel, observer, first } = started();
    expect(first.conflicts).toEqual([]);
    expect(first.processes).toHaveLength(1);
    expect(first.processes[0]!.mappings.map((m) => m.va)).toEqual([0, 4096, 8192]);
    expect(first.processes[0]!.tables).toHaveLength(5);
    kernel.fork(0, 1);
    kernel.pipe(2);
    const then = observer.observe();
    expect(then.conflicts).toEqual([]);
    expect(then.freelist.length).toBe(first.freelist.length - 7);
    const shared = then.processes[1]!.mappings[0]!.ppn;
    expect(then.ownersOf(shared)).toHaveLength(2);
    expect(then.classOf(shared)).toBe('user');
    expect(then.refcount(shared)).toBe(2);
    expect(then.classOf(then.pipes[0]!)).toBe('pipe');
    expect(then.classOf(then.processes[1]!.trapframe!)).toBe('trapframe');
    expect([...then.changedProcesses].sort()).toEqual([0, 1]);
    expect(observer.observe().changedProcesses).toEqual([]);
    kernel.exit(1);
    kernel.closePipe(2);
    const last = observer.observe();
    expect(last.freelist.length).toBe(first.freelist.length);
    expect(last.refcount(shared)).toBe(1);
  });

  test('counts of mappings minus one are found once a page is shared', () => {
    const { kernel, observer } = started(1, -1);
    expect(observer.counts).toBeUndefined();
    kernel.fork(0, 1);
    const observed = observer.observe();
    kernel.copy(1, 0);
    const then = observer.observe();
    expect(observer.counts).toMatchObject({ bias: -1 });
    expect(then.refcount(observed.processes[0]!.mappings[1]!.ppn)).toBe(2);
    expect(then.refcount(then.processes[1]!.mappings[0]!.ppn)).toBe(1);
  });

  test('a page of the process itself is not user memory', () => {
    const { kernel, observer } = started();
    const page = kernel.alloc();
    kernel.write(KERNBASE + 0x2000 + 40, page * PAGE_BYTES);
    const observed = observer.observe();
    expect(observed.processes[0]!.extra).toEqual([page]);
    expect(observed.conflicts).toEqual([]);
  });

  test('a page that the kernel’s data leads to is the kernel’s, until it no longer does', () => {
    const { kernel, observer } = started();
    const page = ppn(kernel.alloc());
    kernel.write(KERNBASE + 0x1808, page * PAGE_BYTES);
    const observed = observer.observe();
    expect(observed.classOf(page)).toBe('kernel');
    expect(observed.conflicts).toEqual([]);
    kernel.write(KERNBASE + 0x1808, 0);
    expect(observer.observe().conflicts).toEqual([{ page, claims: [] }]);
  });
});

describe('the first observation', () => {
  test('notes what looks odd', () => {
    const kernel = toyKernel();
    kernel.spawn(0, 2);
    kernel.alloc();
    const observer = createObserver(kernel.layout, kernel.memory);
    expect(observer.observe().conflicts).toEqual([]);
    expect(observer.notes).toEqual([expect.stringMatching(/^1 pages were taken before user mode/)]);
    expect(started().observer.notes).toEqual([]);
  });

  test('refuses a layout that was assumed and is not so', () => {
    const kernel = toyKernel();
    kernel.spawn(0, 2);
    const assumed = { ...kernel.layout, degraded: ['assumed'] };
    expect(createObserver(assumed, kernel.memory).observe().conflicts).toEqual([]);
    const { proc } = assumed;
    const wrong = { ...assumed, proc: { ...proc, trapframe: proc.pagetable } };
    expect(() => createObserver(wrong, kernel.memory).observe()).toThrow(/not laid out like xv6/);
  });
});

describe('what goes wrong is seen', () => {
  test('a leak', () => {
    const { kernel, observer } = started();
    const page = ppn(kernel.alloc());
    const observed = observer.observe();
    expect(observed.conflicts).toEqual([{ page, claims: [] }]);
    expect(observed.classOf(page)).toBe('lost');
  });

  test('a page freed while it is mapped', () => {
    const { kernel, observer, first } = started();
    const page = first.processes[0]!.mappings[1]!.ppn;
    kernel.free(page);
    const observed = observer.observe();
    expect(observed.conflicts).toEqual([
      { page, claims: ['free list', 'mapped by pid 1 at 0x1000'] },
    ]);
    expect(observed.classOf(page)).toBe('user');
    expect(observed.isFree(page)).toBe(true);
  });

  test('a page freed twice', () => {
    const { kernel, observer } = started();
    const [page, other] = [kernel.alloc(), kernel.alloc()];
    kernel.free(page);
    kernel.free(other);
    kernel.free(page);
    expect(observer.observe().freelist.problem).toMatch(/has a cycle: page 0x\w+ leads back to/);
  });

  test('a page on two lists', () => {
    const { kernel, observer } = started(2);
    const page = kernel.alloc(0);
    kernel.free(page, 0);
    kernel.write(KERNBASE + 0x1000, kernel.read(page * PAGE_BYTES));
    kernel.free(page, 1);
    kernel.write(KERNBASE + 0x1000, page * PAGE_BYTES);
    expect(observer.observe().freelist.problem).toMatch(/is on two free lists/);
  });

  test.each([
    [KERNBASE + 0x9001, /not page-aligned/],
    [KERNBASE + 0x1000, /outside the memory it manages/],
    [2 ** 40, /outside the memory it manages/],
  ])('a list that leads to %i', (target, problem) => {
    const { kernel, observer } = started();
    const page = kernel.read(KERNBASE + 0x1000);
    kernel.write(page, target);
    expect(observer.observe().freelist).toMatchObject({
      length: 1,
      problem: expect.stringMatching(problem),
    });
  });

  test('a page table that leads back into itself, or out of RAM', () => {
    const { kernel, observer, first } = started();
    const root = kernel.read(KERNBASE + 0x2000 + 24);
    const restore = kernel.save();
    for (let i = 0; i < 512; i++) kernel.write(root + i * 8, (root / PAGE_BYTES) * 1024 + 1);
    expect(observer.observe().damagedTables[0]).toMatch(/leads back|without R, W and X/);
    restore();
    expect(told(observer.observe())).toEqual(told(first));
    kernel.write(root + 8, 2 ** 50 + 1);
    const damaged = observer.observe();
    expect(damaged.damagedTables[0]).toMatch(/outside RAM/);
    expect(damaged.conflicts.at(-1)!.claims.at(-1)).toBe(damaged.damagedTables[0]);
  });
});

/** One change to the toy kernel's memory, by a number; those that do not apply do nothing. */
function change(kernel: ToyKernel, live: Set<number>, kind: number, a: number, b: number): void {
  const [index, other] = [a % 8, b % 8];
  if (kind === 0 && live.has(index) && !live.has(other)) {
    kernel.fork(index, other);
    live.add(other);
  } else if (kind === 1 && live.size > 1 && live.delete(index)) kernel.exit(index);
  else if (kind === 2 && live.has(index)) kernel.grow(index);
  else if (kind === 3 && live.has(index)) {
    const vas = [...kernel.mappings(index).keys()];
    if (vas.length > 0) kernel.copy(index, vas[b % vas.length]!);
  } else if (kind === 4)
    kernel.write(KERNBASE + 0x8000 + ((((a << 16) | b) % 0xf0000) & ~7), a * b);
  else if (kind === 5) kernel.alloc();
}

describe('reading only what was written tells the same as reading all', () => {
  const step = fc.record({
    kind: fc.integer({ min: 0, max: 5 }),
    a: fc.nat(0xffff),
    b: fc.nat(0xffff),
  });
  const runs = (lists: number, steps: readonly { kind: number; a: number; b: number }[]) => {
    const { kernel, observer } = started(lists);
    const live = new Set([0]);
    for (const { kind, a, b } of steps) {
      change(kernel, live, kind, a, b);
      const observed = told(observer.observe());
      expect(observed).toEqual(told(observer.reread()));
    }
  };

  test.each([1, 3])('with correct operations, %i lists', (lists) => {
    const correct = fc.array(
      step.map((s) => ({ ...s, kind: s.kind % 4 })),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(correct, (steps) => runs(lists, steps)),
      { numRuns: 25, seed: 1 },
    );
  });

  test.each([1, 2])('with wild writes and leaks, %i lists', (lists) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => runs(lists, steps)),
      { numRuns: 25, seed: 2 },
    );
  });

  test('a table that was replaced and freed is not read as one', () => {
    const { kernel, observer } = started();
    const root = kernel.read(KERNBASE + 0x2000 + 24);
    const entry = Math.floor(kernel.read(root) / 1024) * PAGE_BYTES;
    const old = Math.floor(kernel.read(entry) / 1024);
    const fresh = kernel.alloc();
    for (let i = 0; i < PAGE_BYTES; i += 8) {
      kernel.write(fresh * PAGE_BYTES + i, kernel.read(old * PAGE_BYTES + i));
    }
    kernel.write(entry, fresh * 1024 + 1);
    kernel.free(old);
    const observed = observer.observe();
    expect(observed.conflicts).toEqual([]);
    expect(told(observed)).toEqual(told(observer.reread()));
  });

  test('across returns to earlier states', () => {
    const { kernel, observer, first } = started();
    const before = told(first);
    const restore = kernel.save();
    for (let round = 0; round < 5; round++) {
      kernel.fork(0, 1);
      kernel.copy(1, 4096);
      kernel.fork(1, 2);
      expect(observer.observe().conflicts).toEqual([]);
      restore();
      expect(told(observer.observe())).toEqual(before);
    }
  });
});
