/** The package as npm packs it, installed in an empty folder: no compiler, no sources of ours in reach. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

describe('the packed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cowcheck-packed-'));
  const cowcheck = (...args: string[]) =>
    spawnSync(join(folder, 'node_modules/.bin/cowcheck'), args, {
      cwd: folder,
      encoding: 'utf8',
      timeout: 600_000,
      env: { PATH: process.env.PATH },
    });

  beforeAll(() => {
    const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('[')));
    writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', join(folder, filename)], {
      cwd: folder,
    });
  });

  test('brings no compiler', () => {
    expect(existsSync(join(folder, 'node_modules/@zigc'))).toBe(false);
  });

  test('checks the bundled kernel', () => {
    const run = cowcheck('check', '--runs', '20');
    expect(run.stdout).toContain('cow: nothing found');
    expect(run.status).toBe(0);
  });

  test('finds the bug of a mutant, and writes its page', () => {
    const run = cowcheck('check', 'mutant:copyout-ignores-cow', '--out', 'out', '--json', 'r.json');
    expect(run.status).toBe(1);
    const result = JSON.parse(readFileSync(join(folder, 'r.json'), 'utf8'));
    expect(result.violation.clause).toBe('isolation');
    expect(readFileSync(join(folder, result.reproducer.html), 'utf8')).toContain('<!doctype html>');
  });

  test('is a library', () => {
    const program = join(folder, 'own.mjs');
    writeFileSync(
      program,
      `import { openKernel, runSequence } from 'cowcheck';
       const session = await openKernel('cow');
       console.log(runSequence(session, [{ op: 'fork', proc: 0 }]).violation ?? 'all well');`,
    );
    expect(execFileSync(process.execPath, [program], { cwd: folder, encoding: 'utf8' })).toBe(
      'all well\n',
    );
  });
});
