/** Every eighth seeded bug, hunted by the command as a user would: the clause of its header, and a short reproducer. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { MutantRow } from '../../spec/campaign.ts';

const BIN = fileURLToPath(new URL('../../bin/cowcheck.js', import.meta.url));

/** The longest of the bug catalogue's shortest sequences, not counting those that need many sharers (row 13). */
const MOST_OPERATIONS = 4;

test('seeded bugs are caught by a clause of their header within a minute each, in few operations', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'cowcheck-mutants-')), 'mutants.json');
  const args = [BIN, 'mutants', '--every', '8', '--json', file];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(run.stdout).not.toContain('✗');
  expect(run.stderr).not.toContain('internal error');
  const { mutants } = JSON.parse(readFileSync(file, 'utf8')) as { mutants: MutantRow[] };
  expect(mutants.length).toBeGreaterThan(10);
  const long = mutants.filter(({ length, row }) => length! > MOST_OPERATIONS && row !== 13);
  expect(long).toEqual([]);
  expect(run.status).toBe(0);
});
