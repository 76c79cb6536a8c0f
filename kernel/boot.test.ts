import { describe, expect, it } from 'vitest';
import { buildImage, buildKernel, kernelNames } from './build.ts';
import { fsck } from './image/fsck.ts';
import { runCommands } from './testing/run-commands.ts';

/** Runs shell commands on a bundled kernel with the bundled image. */
async function runBundled(kernel: string, harts: number, commands: readonly string[]) {
  const [{ elf }, { image }] = await Promise.all([buildKernel(kernel), buildImage()]);
  return runCommands(elf, image, harts, commands);
}

describe('a bundled kernel in the emulator', () => {
  it.each(kernelNames())('%s boots and runs programs', async (name) => {
    const { shown, disk } = await runBundled(name, 2, [
      'mkdir d; echo one two > d/f; cat d/f | wc; (cat < d/f; echo three) | grep ee$; rm d/f d',
      'nosuchprogram',
    ]);
    expect(shown).toContain('\n1 2 8 \nthree\n$ ');
    expect(shown).toContain('exec failed: nosuchprogram\n');
    expect(fsck(disk)).toEqual([]);
  });

  it('keeps the file system sound when three harts work on it', async () => {
    const { shown, disk } = await runBundled('cow', 3, ['stressfs', 'grind', 'forktest']);
    expect(shown).toContain('stressfs: OK\n');
    expect(shown).toContain('grind: OK\n');
    expect(shown).toContain('fork test OK\n');
    expect(fsck(disk)).toEqual([]);
  });

  it('passes cowtest', async () => {
    const { shown } = await runBundled('cow', 1, ['cowtest']);
    expect(shown.replaceAll('\r', '')).toContain(
      '$ cowtest\nsimple: ok\nsimple: ok\nthree: ok\nthree: ok\nthree: ok\nfile: ok\nforkfork: ok\n' +
        'ALL COW TESTS PASSED\n',
    );
  });

  it('shows how an eager fork fails cowtest', async () => {
    const { shown } = await runBundled('eager', 1, ['cowtest']);
    expect(shown).toContain('$ cowtest\nsimple: fork() failed\n$ ');
  });

  it('passes usertests -q, which leaves the file system sound', async () => {
    const { shown, disk } = await runBundled('cow', 1, ['usertests -q']);
    expect(shown).not.toContain('FAILED');
    expect(shown).toContain('ALL TESTS PASSED\n');
    expect(fsck(disk)).toEqual([]);
  });
});
