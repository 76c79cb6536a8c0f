import { beforeAll, describe, expect, test } from 'vitest';
import { parseElf, readDebugInfo } from '../../emulator/elf/index.ts';
import type { Machine } from '../../emulator/machine/api.ts';
import { createMachine } from '../../emulator/machine/machine.ts';
import { buildImage, buildKernel } from '../../kernel/build.ts';
import type { Observation } from './api.ts';
import { inspectKernel } from './inspect-kernel.ts';
import { createObserver } from './observer.ts';

/** A bundled kernel at its shell's prompt. */
async function booted(name: string) {
  const elf = parseElf((await buildKernel(name)).elf);
  let console = '';
  const machine = createMachine({
    disk: (await buildImage()).image,
    tier: 'interpreter',
    onConsole: (byte) => {
      console += String.fromCharCode(byte);
    },
  });
  machine.load(elf);
  const untilPrompt = () => {
    console = '';
    for (let i = 0; i < 600 && !console.endsWith('$ '); i++) machine.run(500_000);
    expect(console).toMatch(/\$ $/);
  };
  untilPrompt();
  const observer = createObserver(inspectKernel(elf, readDebugInfo(elf)), machine.memory);
  return { machine, observer, untilPrompt };
}

/** What an observation says, without the order that history gives to lists. */
function told(observed: Observation) {
  const { firstPpn, endPpn, processes, freelist, pipes } = observed;
  const pages = Array.from(
    { length: endPpn - firstPpn },
    (_, i) => (firstPpn + i) as typeof firstPpn,
  );
  return {
    freelist,
    pipes: [...pipes].sort(),
    processes: processes.map((p) => ({ ...p, tables: [...p.tables].sort() })),
    pages: pages.map((page) => `${observed.classOf(page)} ${observed.refcount(page)}`).join(),
    owners: pages.map((page) => observed.ownersOf(page).length).join(),
  };
}

describe('the bundled kernel, running', () => {
  let machine: Machine;
  let context: Awaited<ReturnType<typeof booted>>;

  beforeAll(async () => {
    context = await booted('cow');
    machine = context.machine;
  });

  test('at the prompt every page is accounted for, before and after commands', () => {
    const { observer, untilPrompt } = context;
    const first = observer.observe();
    const free = first.freelist.length;
    expect(observer.notes).toEqual([]);
    expect(first.conflicts).toEqual([]);
    expect(observer.counts?.candidate.name).toBe('page_refs');
    for (const command of ['echo hello | cat | grep h', 'mkdir d', 'forktest']) {
      machine.type(`${command}\n`);
      untilPrompt();
      const observed = observer.observe();
      expect([command, observed.conflicts]).toEqual([command, []]);
      expect([command, observed.freelist.length]).toEqual([command, free]);
      expect(told(observed)).toEqual(told(observer.reread()));
    }
  });

  test('what is read of the changes equals what is read of all, at any moment', () => {
    const { observer } = context;
    const start = machine.snapshot();
    machine.type('echo a b | cat | cat\n');
    for (let i = 0; i < 12; i++) {
      machine.run(150_000 + i * 7919);
      expect(told(observer.observe())).toEqual(told(observer.reread()));
    }
    machine.restore(start);
    expect(told(observer.observe())).toEqual(told(observer.reread()));
  });

  test('shared pages are counted twice while a child waits', () => {
    const { observer } = context;
    machine.type('cat | cat\n');
    for (let i = 0; i < 40; i++) machine.run(200_000);
    const observed = observer.observe();
    expect(observed.processes.length).toBeGreaterThan(3);
    const counts = new Set<number>();
    for (const { mappings } of observed.processes) {
      for (const { ppn } of mappings) {
        const owners = observed.ownersOf(ppn).length;
        counts.add(owners);
        expect(observed.refcount(ppn)).toBe(owners);
      }
    }
    expect(counts.size).toBeGreaterThan(1);
    expect(observed.pipes).toHaveLength(1);
  });
});
