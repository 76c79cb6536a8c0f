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
