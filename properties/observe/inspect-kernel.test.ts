import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parseElf, readDebugInfo } from '../../emulator/elf/index.ts';
import { buildKernel } from '../../kernel/build.ts';
import { LayoutError } from './api.ts';
import { inspectKernel } from './inspect-kernel.ts';

async function elfOf(name: string) {
  return parseElf((await buildKernel(name)).elf);
}

async function layoutOf(name: string, options = {}) {
  const elf = await elfOf(name);
  return inspectKernel(elf, readDebugInfo(elf), options);
}

describe('bundled kernels', () => {
  test('cow: everything is found', async () => {
    const layout = await layoutOf('cow');
    expect(layout.degraded).toEqual([]);
    expect(layout.proc.count).toBe(64);
    expect([...layout.proc.states.values()]).toEqual([
      undefined,
      'used',
      'sleeping',
      'runnable',
      'running',
      'zombie',
    ]);
    expect(layout.freelists.map((list) => list.name)).toEqual(['kmem.freelist']);
    expect(layout.counts.map((candidate) => candidate.name)).toEqual(['page_refs']);
    expect(layout.fileTable).toMatchObject({ count: 100, pipeType: 1 });
    expect(Object.values(layout.functions)).not.toContain(undefined);
    expect(layout).toMatchObject({ timer: 'sstc', renamed: false });
  });

  test.each([
    ['eager', { timer: 'sstc' }],
    ['cow-clint', { timer: 'clint' }],
    ['cow-renamed', { renamed: true }],
  ])('%s', async (name, features) => {
    expect(await layoutOf(name)).toMatchObject(features);
  });

  test('one free list per hart', async () => {
    const { freelists } = await layoutOf('cow-percpu');
    expect(freelists.map((list) => list.name)).toContain('kmem[7].freelist');
    expect(freelists).toHaveLength(8);
  });

  test.each([
    ['cow-rc8', 'page_refs', 1],
    ['cow-rclock', 'page_refs.count', 32],
    ['cow-atomic', 'page_refs', 4],
  ])('counts of %s', async (kernel, name, strideBytes) => {
    const { counts } = await layoutOf(kernel);
    expect(counts).toMatchObject([{ name, strideBytes }]);
    expect((await layoutOf(kernel, { refcount: 'page_refs' })).counts).toHaveLength(1);
  });
});

const hasGcc = spawnSync('riscv64-unknown-elf-gcc', ['--version']).status === 0;

test.skipIf(!hasGcc)(
  'gcc and clang lay the kernel out alike, and both are read alike',
  async () => {
    const { elf } = await buildKernel('cow', { toolprefix: 'riscv64-unknown-elf-' });
    const parsed = parseElf(elf);
    const gcc = inspectKernel(parsed, readDebugInfo(parsed));
    const clang = await layoutOf('cow');
    expect({ ...gcc.proc, address: 0 }).toEqual({ ...clang.proc, address: 0 });
    expect({ ...gcc.fileTable, address: 0 }).toEqual({ ...clang.fileTable, address: 0 });
    expect(gcc.counts.map(({ name, length }) => [name, length])).toEqual([['page_refs', 32768]]);
    expect(gcc.degraded).toEqual([]);
  },
);

describe('what is missing is said with the way out', () => {
  const problemsOf = async (make: () => Promise<unknown>) => {
    try {
      await make();
    } catch (error) {
      if (error instanceof LayoutError) return error.problems.join('; ');
      throw error;
    }
    return undefined;
  };

  test('a stripped kernel', async () => {
    const elf = { ...(await elfOf('cow')), symbols: [] };
    const problems = await problemsOf(async () => inspectKernel(elf, undefined));
    expect(problems).toMatch(/is stripped: .* use the unstripped file/);
  });

  test('no debug information and an unknown process table', async () => {
    const elf = await elfOf('cow');
    const symbol = elf.symbol;
    const without = {
      ...elf,
      symbol: (name: string) => (name === 'proc' ? undefined : symbol(name)),
    };
    const problems = await problemsOf(async () => inspectKernel(without, undefined));
    expect(problems).toMatch(/no debug information and no `proc`.* build it with -ggdb/);
  });

  test('no debug information: layouts are assumed, and that is said', async () => {
    const { degraded, counts } = inspectKernel(await elfOf('cow'), undefined);
    expect(degraded.join('; ')).toMatch(/struct proc \(\d+ bytes\) is assumed/);
    expect(new Set(counts.map(({ name }) => name))).toContain('page_refs as 32-bit integers');
  });

  test('a counter array by a name that does not exist', async () => {
    const problems = await problemsOf(() => layoutOf('cow', { refcount: 'cow_rc' }));
    expect(problems).toMatch(
      /no integer array is called "cow_rc"; what could hold counts is page_refs/,
    );
  });
});
