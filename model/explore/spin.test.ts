/**
 * Two implementations, one answer: Spin explores spec/cow.pml, the same core written in Promela, and
 * must reach as many states as our search without symmetry. Skipped where `spin` or a C compiler is
 * absent.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Bounds } from './bounds.ts';
import { exploreCore } from './search.ts';

const run = (command: string, args: string[], cwd?: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' });

function isInstalled(command: string, flag: string): boolean {
  try {
    run(command, [flag]);
    return true;
  } catch {
    return false;
  }
}

/** States that Spin stores, without the one before the machine is started. */
function statesBySpin(bounds: Bounds): number {
  const directory = mkdtempSync(join(tmpdir(), 'cowcheck-spin-'));
  try {
    const { processes, pages, readOnly, image, frames, failing } = bounds;
    const constants = { P: processes, V: pages, READONLY: readOnly, IMAGE: image, F: frames };
    const defines = Object.entries({ ...constants, FAILING: failing ? 1 : 0 });
    const source = join(import.meta.dirname, '../../spec/cow.pml');
    run('spin', [...defines.map(([name, value]) => `-D${name}=${value}`), '-a', source], directory);
    run('cc', ['-O1', '-w', '-DSAFETY', '-DNOREDUCE', '-o', 'pan', 'pan.c'], directory);
    const report = run(join(directory, 'pan'), ['-E', '-w20', '-m300000'], directory);
    expect(report).toContain('errors: 0');
    expect(report).not.toContain('max search depth too small');
    return Number(/(\d+) states, stored/.exec(report)![1]) - 1;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const hasSpin = isInstalled('spin', '-V') && isInstalled('cc', '--version');

describe.skipIf(!hasSpin)('Spin (skipped without `spin` and `cc`)', () => {
  const bounds: Bounds = {
    processes: 2,
    pages: 2,
    readOnly: 1,
    image: 2,
    frames: 4,
    failing: true,
  };
  it.each<Bounds>([
    bounds,
    { ...bounds, readOnly: 0, frames: 3 },
    { ...bounds, pages: 3, image: 1, frames: 3 },
    { ...bounds, pages: 1, image: 1, readOnly: 0, processes: 3, frames: 2, failing: false },
  ])('reaches the same number of states: %j', async (each) => {
    const { states } = await exploreCore({ bounds: each, symmetry: false });
    expect(statesBySpin(each)).toBe(states);
  });
});
