import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckResult } from '../../spec/result.ts';
import { EXIT } from '../exit-codes.ts';
import { type FakeTerminal, fakeTerminal, impatient } from '../testing/fake-terminal.ts';
import { inProcess } from '../testing/in-process.ts';
import { runWorkers } from './run-workers.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cowcheck-check-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `check`, and reads back the files that it writes. */
async function check(args: readonly string[], terminal?: FakeTerminal) {
  const json = join(folder, 'result.json');
  const junit = join(folder, 'result.xml');
  const files = ['--json', json, '--junit', junit, '--out', folder];
  const ran = await inProcess(['check', ...args, ...files], terminal);
  const result = JSON.parse(readFileSync(json, 'utf8')) as CheckResult;
  return { ...ran, result, xml: readFileSync(junit, 'utf8') };
}

describe('a check that is interrupted', () => {
  test('before anything was run says so, everywhere', async () => {
    const { code, out, result, xml } = await check(['cow'], impatient());
    expect(code).toBe(EXIT.interrupted);
    expect(result).toMatchObject({ verdict: 'inconclusive', interrupted: true, steps: 0, runs: 0 });
    expect(out).toMatch(/^cow: inconclusive \(0 operations/);
    expect(out).toContain('interrupted: nothing was found up to there');
    expect(xml).toContain('tests="12" failures="0" errors="0" skipped="12"');
  });

  test('in the middle is no pass', async () => {
    const terminal = fakeTerminal(false);
    let turns = 0;
    const pressing = setInterval(() => {
      if (terminal.open > 0 && ++turns === 3) terminal.interrupt();
    });
    const { code, result } = await check(['cow', '--runs', '1000000'], terminal);
    clearInterval(pressing);
    expect(code).toBe(EXIT.interrupted);
    expect(result).toMatchObject({ verdict: 'inconclusive', interrupted: true });
    expect(result.steps).toBeGreaterThan(0);
    expect(terminal.open).toBe(0);
  });
});

describe('a check that is ended by --time', () => {
  test('passes with what it ran', async () => {
    const { code, result } = await check(['cow', '--time', '1', '--ops', 'fork,exit']);
    expect(result.verdict).toBe('pass');
    expect(result.interrupted).toBeUndefined();
    expect(code).toBe(EXIT.ok);
  });

  test('before anything was run is inconclusive', async () => {
    const { out, result } = await check(['cow', '--time', '0.000001']);
    expect(result).toMatchObject({ verdict: 'inconclusive', steps: 0 });
    expect(result.interrupted).toBeUndefined();
    expect(out).toContain('no operation was run: raise --runs or --time');
  });
});

test('workers end with the sequence they are at', async () => {
  let asked = 0;
  const data = { kernel: 'cow', flags: { harts: 1, memory: 128 } };
  const options = { seed: 1, runs: 10_000, maxSteps: 5 };
  const { runs } = await runWorkers(
    data,
    2,
    options,
    () => ++asked <= 2,
    () => {},
  );
  expect(runs).toBeLessThan(64);
});
