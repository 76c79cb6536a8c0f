import type { GateResult } from '../../spec/gate.ts';
import type { CheckResult } from '../../spec/result.ts';

/** A small failing result, by hand: what the renderers are tested on. */
export function sampleFailure(): CheckResult {
  return {
    schema: 'cowcheck/1',
    command: 'check',
    kernel: { path: 'mutant:free-first-unmap', sha256: 'ab'.repeat(32), features: ['cow', 'sstc'] },
    seed: 7,
    runs: 12,
    steps: 340,
    stepsPerSecond: 6800,
    seconds: 0.05,
    verdict: 'fail',
    violation: {
      clause: 'conservation',
      step: 2,
      operation: 'exit s1 0',
      message: 'page is mapped and on the free list',
      expected: 'owners {s0@0x3000, s2@0x3000}',
      received: 'found on the free list',
      page: '0x87f53000',
      where: [{ function: 'kfree', file: 'kalloc.c', line: 61 }],
    },
    reproducer: { steps: 'early-free.steps', c: 'early-free.c', originalLength: 28, length: 2 },
    reached: { fork: 40, exit: 12, conservation: 340, translation: 0 },
  };
}

export function samplePass(): CheckResult {
  const { violation: _violation, reproducer: _reproducer, ...rest } = sampleFailure();
  return { ...rest, verdict: 'pass' };
}

export function sampleGate(): GateResult {
  const failure = sampleFailure();
  return {
    schema: 'cowcheck/1',
    command: 'gate',
    base: { ...failure.kernel, path: 'cow' },
    head: failure.kernel,
    seed: 7,
    runs: 12,
    steps: 340,
    seconds: 1.5,
    verdict: 'fail',
    broken: [
      {
        cause: { clause: 'conservation', role: 'user', function: 'kfree' },
        violation: failure.violation!,
        reproducer: failure.reproducer!,
      },
    ],
    mended: [],
    before: [],
    costs: [
      { operation: 'fork', metric: 'insns', base: 1000, head: 1125, percent: 12.5, exceeds: true },
      { operation: 'exit', metric: 'faults', base: 0, head: 0, percent: null, exceeds: false },
    ],
  };
}

/** The failing result with its sequence, as the page shows it. */
export function sampleTrace(): CheckResult {
  const shared = '0x87f53000';
  const own = '0x87f40000';
  const before = {
    step: 1,
    operation: 'fork s0',
    actor: 's0',
    expected: 's1',
    received: 's1',
    freePages: { model: 31000, kernel: 31000 },
    processes: [process('s0', shared, 'r--uc'), process('s1', shared, 'r--uc')],
    frames: [
      {
        page: shared,
        class: 'user' as const,
        owners: ['s0@0x3000', 's1@0x3000'],
        count: 2,
      },
      { page: own, class: 'table' as const, owners: [] },
    ],
    events: [
      {
        page: shared,
        kind: 'shared' as const,
        where: [{ function: 'uvmcopy', file: 'vm.c', line: 210 }],
      },
      {
        page: own,
        kind: 'allocated' as const,
        where: [{ function: 'walk', file: 'vm.c', line: 33 }],
      },
    ],
    insns: 4200,
  };
  const after = {
    ...before,
    step: 2,
    operation: 'exit s1 0',
    actor: 's1',
    expected: 'ok',
    received: 'ok',
    freePages: { model: 31005, kernel: 31006 },
    processes: [process('s0', shared, 'r--uc')],
    frames: [
      {
        page: shared,
        class: 'free' as const,
        owners: ['s0@0x3000'],
        modelOwners: ['s0@0x3000'],
        count: 0,
      },
      { page: own, class: 'free' as const, owners: [] },
    ],
    events: [
      {
        page: shared,
        kind: 'freed' as const,
        where: [
          { function: 'kfree', file: 'kalloc.c', line: 61 },
          { function: 'uvmunmap', file: 'vm.c', line: 180 },
        ],
      },
    ],
    insns: 3100,
  };
  return {
    ...sampleFailure(),
    trace: { steps: [before, after], wrong: { step: 2, pages: [shared] } },
  };
}

const process = (name: string, page: string, flags: string) => ({
  name,
  pid: name === 's0' ? 3 : 4,
  state: 'runnable',
  mappings: [{ va: 0x3000, page, flags }],
  tables: ['0x87f40000'],
  trapframe: '0x87f3f000',
});
