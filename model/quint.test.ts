/**
 * The Quint spec type-checks, its scenarios pass, no random run breaks a clause; and the traces of
 * random runs are replayed through the explored core and through the full model, so that the three
 * cannot drift apart.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseItf, type SpecState } from './itf.ts';
import { replayCore, replayModel } from './replay.ts';

const require = createRequire(import.meta.url);
const quintPackage = dirname(require.resolve('@informalsystems/quint/package.json'));
const root = join(import.meta.dirname, '..');

function quint(...args: string[]): string {
  const script = join(quintPackage, 'dist/src/cli.js');
  const options = { cwd: root, encoding: 'utf8', stdio: 'pipe' } as const;
  return execFileSync(process.execPath, [script, ...args], options);
}

const traces: SpecState[][] = [];
let output = '';
const directory = mkdtempSync(join(tmpdir(), 'cowcheck-itf-'));

beforeAll(() => {
  const run = ['--backend=typescript', '--mbt', '--seed=11', '--max-samples=24', '--max-steps=30'];
  const itf = `--out-itf=${join(directory, 'trace_{seq}.itf.json')}`;
  output = quint('run', 'spec/cow.qnt', ...run, '--invariant=clauses', '--n-traces=24', itf);
  for (const name of readdirSync(directory)) {
    traces.push(parseItf(readFileSync(join(directory, name), 'utf8')));
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('spec/cow.qnt', () => {
  it('type-checks, and its scenarios pass', () => {
    expect(quint('test', 'spec/cowTest.qnt', '--backend=typescript')).toMatch(/\d+ passing/);
  });

  it('breaks no clause in random runs', () => {
    expect(output).toContain('No violation found');
    expect(traces.length).toBe(24);
  });
});

describe('traces of the spec', () => {
  it('take every action', () => {
    const taken = new Set(traces.flat().map((state) => state.action));
    const actions = 'Fork Exit Kill Reap Store Copyout Load Copyin Grow Shrink Exec Start';
    expect(actions.split(' ').filter((name) => !taken.has(`do${name}`))).toEqual([]);
  });

  it('are runs of the explored core, byte for byte', () => {
    for (const trace of traces) expect(replayCore(trace)).toBeUndefined();
  });

  it('are runs of the full model: same sharing, counts, contents and results', () => {
    for (const trace of traces) expect(replayModel(trace)).toBeUndefined();
  });

  it('are no longer runs when one sharer is taken out', () => {
    const trace = traces.find((t) =>
      t.some((s) => s.action === 'doFork' && s.result === 'Returned'),
    )!;
    const at = trace.findIndex((s) => s.action === 'doFork' && s.result === 'Returned');
    const wrong = trace.slice(0, at + 1);
    const table = wrong[at]!.table.map((pages) => pages.map((e) => ({ ...e })));
    const child = wrong[at]!.status.findIndex(
      (s, p) => s === 'Live' && wrong[at - 1]!.status[p] === 'Unused',
    );
    table[child]![1]!.frame = Math.max(...wrong[at]!.free);
    wrong[at] = { ...wrong[at]!, table };
    expect(replayCore(wrong)).toContain('doFork');
    expect(replayModel(wrong)).toContain('doFork');
  });
});
