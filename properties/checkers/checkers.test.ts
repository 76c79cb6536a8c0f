import { describe, expect, test } from 'vitest';
import { only, run, started } from '../../model/fixture.ts';
import type { ModelState, Outcome } from '../../model/index.ts';
import type { Operation } from '../../spec/operation.ts';
import { ppn } from '../../spec/units.ts';
import type { GuestStep, Trouble } from '../guest/api.ts';
import { type Candidate, CHECKERS, type StepView, sharingOf } from './index.ts';
import { type Mirror, mirror, pageAt, quietStep } from './mirror.ts';
import { endOfSequence } from './quiescence.ts';

const DATA = 0x2000;
const fork: Operation = { op: 'fork', proc: 0 };
const store = (proc: number, va = 'data'): Operation => ({
  op: 'store',
  proc,
  va,
  width: 1,
  value: 7,
});

interface Scene {
  view: StepView;
  candidate: Candidate;
  after: Mirror;
  state: ModelState;
}

/** One step as a correct kernel does it, with what a test wants changed. */
function scene(
  before: ModelState,
  operation: Operation,
  change: (after: Mirror, step: GuestStep, outcome: Outcome) => void = () => {},
  written: (state: ModelState) => number[] = () => [],
): Scene {
  const outcome = only(before, operation);
  const after = mirror(outcome.state);
  const step = quietStep(guestResult(outcome, after));
  const sharingBefore = sharingOf(mirror(before).observed, mirror(before).slots, 0);
  change(after, step, outcome);
  const view: StepView = {
    operation,
    slot: 0,
    guest: step,
    slots: after.slots,
    observed: after.observed,
    sharing: sharingOf(after.observed, after.slots, 0),
    sharingBefore,
    written: new Set(written(outcome.state)),
    wasFree: (page) => after.observed.isFree(ppn(page)),
    freeAccesses: [],
    machine: after.machine,
  };
  return {
    view,
    after,
    state: outcome.state,
    candidate: { before, outcome, after: outcome.state },
  };
}

function guestResult({ result }: Outcome, { slots }: Mirror): GuestStep['result'] {
  if (result.kind === 'killed' || result.kind === 'exited') return { kind: 'gone' };
  if (result.kind === 'blocked') return { kind: 'blocked' };
  const a0 =
    result.kind === 'value'
      ? result.value
      : result.kind === 'pid'
        ? BigInt(slots[result.slot]!.pid)
        : 0n;
  return { kind: 'value', a0, a3: 0n };
}

/** Clause and message of the first objection. */
function objection({ view, candidate }: Scene): string {
  for (const { clause, observe } of CHECKERS) {
    const wrong = observe?.(view);
    if (wrong) return `${clause}: ${wrong.message}`;
  }
  for (const { clause, compare } of CHECKERS) {
    const wrong = compare?.(view, candidate);
    if (wrong) return `${clause}: ${wrong.message}`;
  }
  return 'none';
}

const forked = run(started(), fork);
const mappingOf = (after: Mirror, slot: number, at: number) =>
  after.observed.processes[slot + 1]!.mappings.find(({ va }) => va === at)!;

describe('checkers', () => {
  test.each([
    [fork],
    [store(0)],
    [store(0, 'text')],
    [{ op: 'load', proc: 0, va: 'bss', width: 8 }],
    [{ op: 'exit', proc: 0, status: 1 }],
    [{ op: 'sbrk', proc: 0, bytes: 4096 }],
    [{ op: 'wait', proc: 0, va: 'data' }],
  ] as [Operation][])('are silent when a kernel does what the model says: %j', (operation) => {
    expect(objection(scene(forked, operation))).toBe('none');
  });

  test('liveness: a panic', () => {
    const trouble: Trouble = { kind: 'panic', message: 'panic: freewalk: leaf', where: [] };
    const bad = scene(forked, store(0), (_, step) => {
      step.result = { kind: 'trouble', trouble };
    });
    expect(objection(bad)).toBe('liveness: panic: freewalk: leaf');
    const cause = scene(forked, store(0), ({ observed }, step) => {
      step.result = { kind: 'trouble', trouble };
      observed.conflicts = [
        { page: ppn(0x80103), claims: ['free list', 'mapped by pid 1 at 0x0'] },
      ];
    });
    expect(objection(cause)).toMatch(/^conservation: page 0x80103000 is .*; it ends in panic/);
  });

  test('freelist: a cycle, and a page too few', () => {
    const cycle = scene(forked, fork, ({ observed }) => {
      observed.freelist = { length: 3, problem: 'a cycle', problemPage: undefined };
    });
    expect(objection(cycle)).toMatch(/^freelist: the free list is broken: a cycle/);
    const short = scene(forked, store(0), ({ observed }) => {
      observed.freelist = { ...observed.freelist, length: observed.freelist.length - 1 };
    });
    expect(objection(short)).toMatch(/^freelist: the free list has \d+ pages, 1 fewer/);
  });

  test('conservation: a page that is free and mapped', () => {
    const bad = scene(forked, fork, ({ observed }) => {
      observed.conflicts = [{ page: ppn(0x80103), claims: ['free', 'user s0@0x2000'] }];
    });
    expect(objection(bad)).toMatch(/^conservation: page 0x80103000 is free and user s0@0x2000/);
  });

  test('refcount: a count that is one short', () => {
    const bad = scene(forked, fork, ({ observed }) => {
      observed.refcount = (page) => observed.ownersOf(page).length - 1;
    });
    expect(objection(bad)).toMatch(/^refcount: the count of page 0x\w+ is 3, but 4 mappings/);
  });

  test('ownership: a page that is copied though it should be shared', () => {
    const bad = scene(forked, { op: 'getpid', proc: 0 }, (after) => {
      mappingOf(after, 1, DATA).ppn = ppn(0x80180);
    });
    expect(objection(bad)).toMatch(/^ownership: page 0x80180000 of s1@0x2000: expected owners/);
  });

  test('ownership: a page that is not mapped, and one that should not be', () => {
    const missing = scene(forked, { op: 'getpid', proc: 0 }, ({ observed }) => {
      observed.processes[1]!.mappings.pop();
    });
    expect(objection(missing)).toMatch(/^ownership: s0@0x6000: expected a page, found not mapped/);
    const extra = scene(forked, { op: 'getpid', proc: 0 }, ({ observed }) => {
      const { mappings } = observed.processes[1]!;
      mappings.push({ ...mappings[0]!, va: (7 * 4096) as never, ppn: ppn(0x80181) });
    });
    expect(objection(extra)).toMatch(/^ownership: s0@0x7000: expected not mapped, found a page/);
  });

  test('permission: a shared page that is writable, and text that becomes so', () => {
    const shared = scene(forked, fork, (after) => {
      mappingOf(after, 0, DATA).flags |= 4;
    });
    expect(objection(shared)).toMatch(/^permission: s0@0x2000 is mapped rw-u, though it has 4/);
    const text = scene(forked, fork, (after) => {
      mappingOf(after, 1, 0).flags |= 4;
    });
    expect(objection(text)).toMatch(/^permission: s1@0x0 is mapped rwxu/);
  });

  test('permission: a copy that gains X', () => {
    const bad = scene(forked, store(0), (after) => {
      mappingOf(after, 0, DATA).flags |= 8;
    });
    expect(objection(bad)).toMatch(/^permission: s0@0x2000 is mapped rwxu; expected rw-u/);
  });

  test('content: a byte that nobody wrote', () => {
    const bad = scene(
      forked,
      store(0),
      (after, _, { state }) => {
        after.page(pageAt(state, 0, DATA))[1] = 0xee;
      },
      (state) => [pageAt(state, 0, DATA)],
    );
    expect(objection(bad)).toMatch(/^content: s0@0x2001 reads 0xee, expected 0x/);
  });

  test('result: another value, a death, a survival, and someone who came back', () => {
    const value = scene(forked, { op: 'sbrk', proc: 0, bytes: 1 }, (_, step) => {
      step.result = { kind: 'value', a0: (1n << 64n) - 1n, a3: 0n };
    });
    expect(objection(value)).toMatch(/^result: s0: expected 0x7000, got -1/);
    const killed = scene(forked, { op: 'getpid', proc: 0 }, (_, step) => {
      step.result = { kind: 'gone' };
    });
    expect(objection(killed)).toMatch(/^result: s0: expected s0, got killed/);
    const kill: Operation = { op: 'kill', proc: 0, target: 1 };
    const survivor = scene(forked, kill);
    expect(objection(survivor)).toMatch(/^result: s1: expected killed, got still alive/);
    const back = scene(forked, { op: 'getpid', proc: 0 }, (_, step) => {
      step.completions = [{ slot: 1, a0: 0n }];
    });
    expect(objection(back)).toMatch(/^result: s1: expected blocked, got 0x0/);
  });

  test('result: fork gives the child something other than 0', () => {
    const bad = scene(forked, { op: 'getpid', proc: 0 }, (_, step) => {
      step.firstReturns = [{ slot: 1, a0: 5n }];
    });
    expect(objection(bad)).toMatch(/^result: fork in s1: expected 0x0, got 0x5/);
  });

  test('isolation: a page that is shared before and after was written', () => {
    const bad = scene(forked, store(0, 'bss'), undefined, (state) => [pageAt(state, 1, DATA)]);
    expect(objection(bad)).toMatch(/^isolation: a store reached page/);
  });

  test('use-after-free: somebody else than the allocator read a free page', () => {
    const bad = scene(forked, store(0));
    bad.view.freeAccesses = [{ kind: 'load', ppn: 0x80190, where: [] }];
    expect(objection(bad)).toMatch(/^use-after-free: a load touched page 0x80190000/);
  });

  test('use-after-free: a free page was written that nobody freed just now', () => {
    const free = 0x80190;
    const bad = scene(forked, store(0), undefined, () => [free]);
    expect(objection(bad)).toMatch(/^use-after-free: page 0x80190000 was written/);
    const temporary = scene(
      forked,
      store(0),
      (_, step) => {
        step.freed = [free * 4096];
      },
      () => [free],
    );
    expect(objection(temporary)).toBe('none');
  });

  test('translation: a hart that still may do what its table forbids', () => {
    const staleAt = (kind: 'load' | 'store', pa: number) =>
      scene(forked, fork, (after) => {
        const hart = {
          index: 0,
          privilege: 0,
          csr: () => 0x80155n,
          translate: (va: bigint, asked: string) =>
            Number(va) === DATA && asked === kind ? pa : undefined,
        };
        const { processes } = after.observed;
        processes[1] = { ...processes[1]!, tables: [ppn(0x80155)] };
        (after.machine as { harts: unknown }).harts = [hart];
      });
    // What was written by one process alone is shared by the fork: W goes, the page stays.
    const own = run(forked, store(0));
    const page = pageAt(own, 0, DATA);
    const scenes = (kind: 'load' | 'store', pa: number) => {
      const { view, candidate, after, state } = staleAt(kind, pa);
      const alone = mirror(own);
      const sharingBefore = sharingOf(alone.observed, alone.slots, 0);
      const seen = mirror(only(own, fork).state);
      const { processes } = seen.observed;
      processes[1] = { ...processes[1]!, tables: [ppn(0x80155)] };
      const sharing = sharingOf(seen.observed, seen.slots, 0);
      const now = { ...view, sharing, sharingBefore, observed: seen.observed, slots: seen.slots };
      return objection({ view: now, candidate, after, state });
    };
    expect(scenes('store', page * 4096)).toMatch(/^translation: hart 0 still translates 0x2000/);
    expect(scenes('load', 0x80199000)).toMatch(/^translation: .* loads at 0x2000 lead to page/);
  });

  test('content: what is written to the console must arrive there, in order', () => {
    const opened = run(started(), { op: 'open', proc: 0, path: 'str_console', mode: 2 });
    const write: Operation = { op: 'write', proc: 0, fd: 0, va: 'str_init', length: 5 };
    const printing = (text: string) =>
      scene(opened, write, (_, step) => {
        step.printed = new TextEncoder().encode(text);
      });
    expect(objection(printing('/init'))).toBe('none');
    expect(objection(printing('/in[a message]it'))).toBe('none');
    expect(objection(printing('/inti'))).toBe(
      'content: byte 4 of the 5 written to the console did not arrive there',
    );
    expect(objection(printing(''))).toMatch(/^content: byte 0 of the 5/);
  });

  test('quiescence: pages lost, and pages too many', () => {
    expect(endOfSequence(100, 100)).toBeUndefined();
    expect(endOfSequence(100, 98)?.message).toMatch(/^2 pages are missing/);
    expect(endOfSequence(100, 101)?.message).toMatch(/^1 pages too many/);
  });
});
