import { describe, expect, test } from 'vitest';
import { buildImage, buildKernel } from '../../../kernel/build.ts';
import { parseElf } from '../../elf/index.ts';
import { createMachine } from '../../index.ts';
import type { Access, Machine, MachineOptions, WatchFlags } from '../../machine/api.ts';
import { createRandom } from '../../testing/random.ts';
import { asm } from '../assemble.ts';
import type { LoopingMode } from './testing/looping-registers.ts';
import { runTiers, startTiers } from './testing/tiers.ts';

/** Runs both tiers to the same random instruction counts and compares them there. */
function compare(seed: number, mode: LoopingMode, options: MachineOptions, steps: number): void {
  const random = createRandom(seed + 1000);
  const tiers = startTiers(seed, mode, options);
  for (let i = 0; i < steps; i++) {
    const insns = random.pick([1, 7, 100, 3000, 20_000]) + random.below(5000);
    runTiers(tiers, insns, `seed ${seed}, step ${i}`);
  }
}

const SEEDS = Array.from({ length: 8 }, (_, i) => i + 1);

describe.each<LoopingMode>(['machine', 'supervisor'])('in %s mode, as the interpreter', (mode) => {
  test.each(SEEDS)('1 hart, seed %i', (seed) => {
    compare(seed, mode, { harts: 1 }, 25);
  });

  test.each(SEEDS)('3 harts, seed %i', (seed) => {
    compare(seed, mode, { harts: 3, quantumInsns: 100 + seed * 50, scheduleSeed: seed % 3 }, 25);
  });
});

test.each(['strict', 'eager'] as const)('with the %s TLB', (tlb) => {
  for (const seed of [21, 22, 23]) compare(seed, 'supervisor', { tlb }, 15);
});

test('with few regions at a time', () => {
  for (const seed of [31, 32]) compare(seed, 'supervisor', { harts: 2, translatedRegions: 3 }, 15);
});

describe('stops in hot code', () => {
  const CODE = 0x8000_2000n;
  /** data of the first hart; its stack lies three pages on */
  const DATA_PPN = 0x8001_1000 >>> 12;

  test.each(SEEDS)('breakpoints that come and go, seed %i', (seed) => {
    const random = createRandom(seed);
    const tiers = startTiers(seed, 'supervisor', {});
    runTiers(tiers, 60_000, 'before any breakpoint');
    const ids: number[] = [];
    for (let i = 0; i < 40; i++) {
      const address = CODE + BigInt(2 * random.below(1500));
      const added = [tiers.slow, tiers.fast].map((machine) => machine.addBreakpoint({ address }));
      expect(new Set(added).size).toBe(1);
      ids.push(added[0] as number);
      if (ids.length > 6) {
        const gone = ids.splice(random.below(ids.length), 1)[0] as number;
        for (const machine of [tiers.slow, tiers.fast]) machine.removeBreakpoint(gone);
      }
      for (let k = 0; k < 4; k++) runTiers(tiers, 2000, `breakpoints ${i}, run ${k}`);
    }
  });

  test.each(SEEDS)('every exception, seed %i', (seed) => {
    const tiers = startTiers(seed, 'machine', {});
    runTiers(tiers, 60_000, 'before');
    for (const machine of [tiers.slow, tiers.fast]) machine.stopAtTraps('all');
    for (let i = 0; i < 60; i++) runTiers(tiers, 5000, `trap ${i}`);
  });

  test.each(SEEDS)('watched pages, with the registers as they are, seed %i', (seed) => {
    const tiers = startTiers(seed, 'supervisor', { harts: 2 });
    runTiers(tiers, 60_000, 'before');
    const logs = [tiers.slow, tiers.fast].map((machine) =>
      watchPages(machine, [DATA_PPN, DATA_PPN + 3], { load: true, store: true }),
    );
    for (let i = 0; i < 30; i++) runTiers(tiers, 3000, `watching ${i}`);
    expect(logs[1]).toEqual(logs[0]);
    expect(logs[0]?.length).toBeGreaterThan(5);
    for (const machine of [tiers.slow, tiers.fast]) machine.watches.clear();
    runTiers(tiers, 20_000, 'watched no more');
  });

  test('every instruction of a watched page', () => {
    const tiers = startTiers(3, 'supervisor', {});
    runTiers(tiers, 60_000, 'before');
    const logs = [tiers.slow, tiers.fast].map((machine) =>
      watchPages(machine, [Number(CODE >> 12n)], { fetch: true }),
    );
    for (let i = 0; i < 60; i++) runTiers(tiers, 500, `watching ${i}`);
    expect(logs[1]).toEqual(logs[0]);
    expect(logs[0]?.length).toBeGreaterThan(300);
  });
});

/** Notes every access to these pages with the registers at that moment; stops at each seventh. */
function watchPages(machine: Machine, ppns: readonly number[], flags: WatchFlags): unknown[] {
  const seen: unknown[] = [];
  machine.watches.onAccess = (access: Access) => {
    const hart = machine.harts[access.hart];
    const registers = Array.from({ length: 32 }, (_, i) => hart?.x(i));
    seen.push({ ...access, registers });
    return seen.length % 7 === 0 ? 'stop' : 'continue';
  };
  for (const ppn of ppns) machine.watches.set(ppn, flags);
  return seen;
}

test('what the guest prints, with the registers as they are', () => {
  const printed: unknown[][] = [];
  for (const tier of ['interpreter', 'translator'] as const) {
    const log: unknown[] = [];
    printed.push(log);
    const words = [
      asm('lui', { rd: 5, imm: 0x1000_0000 }),
      asm('addi', { rd: 6, rs1: 6, imm: 1 }),
      asm('sb', { rs1: 5, rs2: 6 }),
      asm('lbu', { rd: 7, rs1: 5, imm: 5 }),
      asm('jal', { imm: -12 }),
    ];
    const machine: Machine = createMachine({
      memoryBytes: 1 << 20,
      translateAfter: 5,
      tier,
      onConsole: (byte) => {
        const [hart] = machine.harts;
        log.push([byte, hart?.pc, hart?.x(6), hart?.x(7), machine.retired]);
      },
    });
    const bytes = new Uint8Array(Uint32Array.from(words).buffer);
    const segment = { physicalAddress: 0x8000_0000, bytes, memorySizeBytes: bytes.length };
    machine.load({ entry: 0x8000_0000, segments: [segment] });
    machine.run(1000);
  }
  expect(printed[0]).toHaveLength(250);
  expect(printed[1]).toEqual(printed[0]);
});

test('snapshots go back to the same run', () => {
  const tiers = startTiers(5, 'supervisor', {});
  runTiers(tiers, 50_000, 'before');
  const points = [tiers.slow, tiers.fast].map((machine) => machine.snapshot());
  for (const insns of [10_000, 33_333, 10_000]) {
    runTiers(tiers, insns, 'once');
    [tiers.slow, tiers.fast].forEach((machine, i) => {
      machine.restore(points[i] as never);
    });
  }
  runTiers(tiers, 20_000, 'again');
});

test.each([1, 3])('a kernel boots the same, %i harts', async (harts) => {
  const [{ elf }, { image }] = await Promise.all([buildKernel('cow'), buildImage()]);
  const start = (tier: 'interpreter' | 'translator'): Machine => {
    const options = { memoryBytes: 8 << 20, harts, disk: image, tier, translateAfter: 20 };
    const machine = createMachine(options);
    machine.load(parseElf(elf));
    machine.type('usertests -q exitwait\ncowtest\n');
    return machine;
  };
  const tiers = { slow: start('interpreter'), fast: start('translator') };
  const random = createRandom(harts);
  for (let i = 0; i < 12; i++) runTiers(tiers, 1_000_000 + random.below(4_000_000), `step ${i}`);
});
