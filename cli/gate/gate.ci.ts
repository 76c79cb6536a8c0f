import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mutants } from '../../kernel/mutants.ts';
import type { GateResult } from '../../spec/gate.ts';
import { inProcess } from '../testing/in-process.ts';

async function gate(base: string, head: string, ...more: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'cowcheck-gate-'));
  const json = join(folder, 'gate.json');
  const kernels = ['--base', base, '--head', head, '--runs', '10'];
  const files = ['--out', folder, '--json', json, ...more];
  const { code, out, err } = await inProcess(['gate', ...kernels, ...files]);
  expect(err).not.toContain('internal error');
  return { code, out, folder, result: JSON.parse(readFileSync(json, 'utf8')) as GateResult };
}

/** Each shows in random sequences only with luck: one particular allocation has to fail. */
const UNLUCKY = [
  'copyout-current-page-table',
  'exec-failure-leaks',
  'fork-failure-bytes-as-pages',
  'fork-failure-keeps-counts',
];

test.each(UNLUCKY)('%s is named by a clause of its header', async (name) => {
  const { code, result } = await gate('cow', `mutant:${name}`);
  expect(code).toBe(1);
  const expected = mutants().find((mutant) => mutant.name === name)!.clause;
  expect(result.broken.map(({ cause }) => expected.includes(cause.clause))).toContain(true);
});

describe('between two correct kernels', () => {
  test.each([
    ['cow-rclock', []],
    ['eager', ['--head-copying']],
  ] as const)('nothing is found in %s, and the cost is shown', async (head, flags) => {
    const { code, out, result } = await gate('cow', head, ...flags);
    expect(code).toBe(0);
    expect(out).toContain('| fork | insns |');
    expect(result).toMatchObject({ verdict: 'pass', broken: [], mended: [], before: [] });
  });
  test('a threshold on cost turns it red', async () => {
    const { code, result } = await gate('cow', 'eager', '--head-copying', '--max-cost', '20');
    expect(result.costs.filter((row) => row.exceeds)).not.toEqual([]);
    expect(code).toBe(1);
  });
});

test('a base with the same bug: broken before; the fix is mended; the corpus keeps both', async () => {
  const bug = 'mutant:pipe-never-freed';
  const corpus = join(mkdtempSync(join(tmpdir(), 'cowcheck-gate-')), 'corpus');
  const same = await gate(bug, bug, '--corpus', corpus);
  expect(same.result).toMatchObject({ verdict: 'pass', broken: [], mended: [] });
  expect(same.result.before.map(({ cause }) => cause.function)).toContain('pipealloc');
  const kept = readdirSync(corpus);
  expect(kept.length).toBe(same.result.before.length);
  const mended = await gate(bug, 'cow', '--corpus', corpus);
  expect(mended.result.mended.map(({ cause }) => cause.function)).toContain('pipealloc');
  for (const { reproducer } of mended.result.mended) expect(existsSync(reproducer!.c)).toBe(true);
  expect(readdirSync(corpus)).toEqual(kept);
});
