import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLAUSE_IDS } from '../spec/clause.ts';
import { buildKernel, kernelNames } from './build.ts';
import { mutants, parseMutant } from './mutants.ts';
import { renderMutantsTable } from './mutants-table.ts';
import { packageRoot } from './sources.ts';

const all = mutants();

describe('mutants', () => {
  it('cover every row of the catalogue that this kernel can have', () => {
    expect(all.length).toBeGreaterThanOrEqual(60);
    const rows = new Set(all.map(({ row }) => row));
    const missing = Array.from({ length: 60 }, (_, index) => index + 1).filter((n) => !rows.has(n));
    expect(missing).toEqual([]);
  });

  it('name clauses and variants that exist', () => {
    for (const { name, clause, base, harts } of all) {
      for (const id of clause.split(',')) expect(CLAUSE_IDS, name).toContain(id.trim());
      expect(kernelNames(), name).toContain(base);
      expect(harts, name).toBeLessThanOrEqual(8);
    }
  });

  it('say what explore makes of them, where one hart shows them', () => {
    for (const { name, clause, harts, explored } of all) {
      if (harts > 1) continue;
      expect(explored, name).toBeDefined();
      if (explored !== undefined && 'clause' in explored) {
        expect(clause.split(/[,\s]+/), name).toContain(explored.clause);
      }
    }
  });

  it('all build, each differently', async () => {
    const kernels = await Promise.all(all.map(({ name }) => buildKernel(`mutant:${name}`)));
    const names = new Map<string, string>();
    for (const { name, sha256 } of kernels) {
      expect(names.get(sha256), `${name} is the same kernel as another`).toBeUndefined();
      names.set(sha256, name);
    }
  }, 240_000);

  it('are described by docs/mutants.md (UPDATE_GOLDEN=1 rewrites it)', () => {
    const page = join(packageRoot(), 'docs', 'mutants.md');
    const expected = renderMutantsTable(all);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(page, expected);
    expect(readFileSync(page, 'utf8')).toBe(expected);
  });
});

describe('parseMutant', () => {
  const header = (lines: Record<string, string>) =>
    ['# name: A sentence: with a colon.']
      .concat(Object.entries(lines).map(([key, value]) => `# ${key}: ${value}`))
      .join('\n');
  const good = {
    catalogue: '7',
    clause: 'refcount, isolation',
    harts: '2',
    cowtest: 'pass',
    usertests: 'hang',
  };

  it('reads a header', () => {
    expect(parseMutant(header(good), 'name.patch')).toEqual({
      name: 'name',
      sentence: 'A sentence: with a colon.',
      row: 7,
      clause: 'refcount, isolation',
      harts: 2,
      base: 'cow',
      cowtest: 'pass',
      usertests: 'hang',
    });
    expect(parseMutant(header({ ...good, base: 'cow-lazy' }), 'name.patch').base).toBe('cow-lazy');
  });

  it.each([
    ['another name', 'other.patch', good, /names "name", not the file/],
    ['no row', 'name.patch', { ...good, catalogue: 'x' }, /needs "# catalogue: NUMBER"/],
    ['an odd outcome', 'name.patch', { ...good, cowtest: 'ok' }, /pass\|fail\|hang\|panic/],
    ['no clause', 'name.patch', { ...good, clause: '' }, /needs "# clause: NAME"/],
  ])('says what is wrong with %s', (_, file, lines, message) => {
    expect(() => parseMutant(header(lines), file)).toThrow(message);
  });
});
