import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from './exit-codes.ts';
import { impatient } from './testing/fake-terminal.ts';
import { inProcess } from './testing/in-process.ts';

const CORPUS = new URL('../properties/corpus/', import.meta.url).pathname;

test('an interrupted replay says how far it came', async () => {
  const files = ['00-fork.steps', '00-store.steps'].map((name) => join(CORPUS, name));
  const { code, err } = await inProcess(['replay', ...files], impatient());
  expect(err).toBe('interrupted: 0 of 2 files were replayed\n');
  expect(code).toBe(EXIT.interrupted);
});

test('an interrupted grade has a line for each kernel', async () => {
  const { code, out } = await inProcess(['grade', 'cow', 'eager'], impatient());
  expect(out).toContain('cow,inconclusive,,,0,0,interrupted\n');
  expect(out).toContain('eager,inconclusive,,,0,0,interrupted\n');
  expect(code).toBe(EXIT.interrupted);
});

test('interrupted mutants are no pass', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cowcheck-mutants-'));
  const json = join(folder, 'mutants.json');
  const args = ['mutants', 'fork-no-increment', '--json', json];
  const { code } = await inProcess(args, impatient());
  const result = JSON.parse(readFileSync(json, 'utf8')) as object;
  rmSync(folder, { recursive: true });
  expect(result).toMatchObject({ verdict: 'inconclusive', interrupted: true });
  expect(code).toBe(EXIT.interrupted);
});
