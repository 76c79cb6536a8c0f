/**
 * The architecture as a test: which folder may import which, what stays pure, how large a file grows.
 * ARCHITECTURE.md tells why; this file says what.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Folder → folders it may import, itself aside. */
const LAYERS: Record<string, readonly string[]> = {
  spec: [],
  model: ['spec'],
  emulator: [],
  kernel: ['spec'],
  reports: ['spec'],
  properties: ['spec', 'model', 'emulator', 'kernel'],
  cli: ['spec', 'model', 'emulator', 'kernel', 'properties', 'reports'],
  bench: ['spec', 'model', 'emulator', 'kernel', 'properties', 'reports', 'cli'],
  docs: ['spec', 'model', 'emulator', 'kernel', 'properties', 'reports', 'cli'],
};

/** Tests may reach further down the house: real kernels and results make honest test data. */
const TEST_LAYERS: Record<string, readonly string[]> = {
  emulator: ['kernel', 'spec'],
  kernel: ['emulator'],
  reports: ['properties', 'kernel', 'emulator', 'model', 'cli'],
};

/** Folders whose (non-test) code must not read clocks, chance or files. */
const PURE = ['spec', 'model', 'emulator'];
const IMPURE = /\bMath\.random\b|\bDate\.now\b|\bnew Date\b|\bperformance\.now\b/;

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => /\.tsx?$/.test(path));

interface Import {
  file: string;
  from: string;
  to: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const found: Import[] = [];
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
    const target = posix.normalize(posix.join(posix.dirname(file), match[1] as string));
    found.push({ file, from: topOf(file), to: topOf(target) });
  }
  return found;
}

const topOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] as string) : '');

describe('layers', () => {
  test('there are files to look at', () => {
    expect(tracked.length).toBeGreaterThan(20);
  });

  test('imports follow the table', () => {
    const wrong = tracked
      .flatMap(importsOf)
      .filter(({ from, to }) => from !== to && from in LAYERS)
      .filter(({ file, from, to }) => {
        const extra = /\.test\.ts$|\/testing\//.test(file) ? (TEST_LAYERS[from] ?? []) : [];
        return !LAYERS[from]?.includes(to) && !extra.includes(to);
      })
      .map(({ file, to }) => `${file} imports ${to}/`);
    expect(wrong).toEqual([]);
  });

  test('the core reads no clock and draws no chance', () => {
    const wrong = tracked
      .filter((file) => PURE.includes(topOf(file)) && !/\.test\.ts$|\/testing\//.test(file))
      .filter((file) => IMPURE.test(readFileSync(file, 'utf8')));
    expect(wrong).toEqual([]);
  });
});
