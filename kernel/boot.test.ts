import { describe, expect, it } from 'vitest';
import { parseElf } from '../emulator/elf/index.ts';
import { createMachine } from '../emulator/index.ts';
import { buildImage, buildKernel, kernelNames } from './build.ts';
import { fsck } from './image/fsck.ts';

const STEP_INSNS = 5_000_000;
const MOST_INSNS = 20_000_000_000;

/** Boots a bundled kernel on the bundled image, runs shell commands, and gives what the console showed and the disk. */
async function runCommands(kernel: string, harts: number, commands: readonly string[]) {
  const [{ elf }, { image }] = await Promise.all([buildKernel(kernel), buildImage()]);
  let shown = '';
  const machine = createMachine({
    harts,
    disk: image,
    onConsole: (byte) => {
      shown += String.fromCharCode(byte);
    },
  });
  const prompts = () => shown.split(/^\$ /m).length - 1;
  try {
    machine.load(parseElf(elf));
    for (const [index, command] of ['', ...commands].entries()) {
      if (index > 0) machine.type(`${command}\n`);
      while (prompts() <= index && !shown.includes('panic:') && machine.retired < MOST_INSNS) {
        machine.run(STEP_INSNS);
      }
    }
    return { shown, disk: machine.disk?.bytes().slice() ?? new Uint8Array() };
  } finally {
    machine.dispose();
  }
}

describe('a bundled kernel in the emulator', () => {
  it.each(kernelNames())('%s boots and runs programs', async (name) => {
    const { shown, disk } = await runCommands(name, 2, [
      'mkdir d; echo one two > d/f; cat d/f | wc; (cat < d/f; echo three) | grep ee$; rm d/f d',
      'nosuchprogram',
    ]);
    expect(shown).toContain('\n1 2 8 \nthree\n$ ');
    expect(shown).toContain('exec failed: nosuchprogram\n');
    expect(fsck(disk)).toEqual([]);
  });

  it('keeps the file system sound when three harts work on it', async () => {
    const { shown, disk } = await runCommands('cow', 3, ['stressfs', 'grind', 'forktest']);
    expect(shown).toContain('stressfs: OK\n');
    expect(shown).toContain('grind: OK\n');
    expect(shown).toContain('fork test OK\n');
    expect(fsck(disk)).toEqual([]);
  });

  it('passes cowtest', async () => {
    const { shown } = await runCommands('cow', 1, ['cowtest']);
    expect(shown.replaceAll('\r', '')).toContain(
      '$ cowtest\nsimple: ok\nsimple: ok\nthree: ok\nthree: ok\nthree: ok\nfile: ok\nforkfork: ok\n' +
        'ALL COW TESTS PASSED\n',
    );
  });

  it('shows how an eager fork fails cowtest', async () => {
    const { shown } = await runCommands('eager', 1, ['cowtest']);
    expect(shown).toContain('$ cowtest\nsimple: fork() failed\n$ ');
  });

  it('passes usertests -q, which leaves the file system sound', async () => {
    const { shown, disk } = await runCommands('cow', 1, ['usertests -q']);
    expect(shown).not.toContain('FAILED');
    expect(shown).toContain('ALL TESTS PASSED\n');
    expect(fsck(disk)).toEqual([]);
  });
});
