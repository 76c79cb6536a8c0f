import { describe, expect, it } from 'vitest';
import { booted, run, started } from './fixture.ts';
import { matchesRegister, printExpected, resolveAddress, userMappings, value } from './index.ts';

describe('resolveAddress', () => {
  const state = run(started(), { op: 'sbrk', proc: 0, bytes: 5 });
  it.each([
    ['text', 0x0n],
    ['text2', 0x1000n],
    ['data1-0x4', 0x2ffcn],
    ['guard', 0x5000n],
    ['stack', 0x6000n],
    ['sp', 0x7000n],
    ['heap', 0x7000n],
    ['brk', 0x7005n],
    ['trapframe', 0x3f_ffff_e000n],
    ['maxva+0x1', 0x40_0000_0001n],
    ['kernel', 0x8000_0000n],
    ['str_f0', 0x2830n],
    ['text-0x1', 0xffff_ffff_ffff_ffffn],
    ['0xfffffffffffffff8', 0xffff_ffff_ffff_fff8n],
  ])('%s', (address, expected) => expect(resolveAddress(state, 0, address)).toBe(expected));

  it('names what it does not know', () => {
    expect(() => resolveAddress(state, 0, 'nowhere+0x1')).toThrow('"nowhere" is neither');
  });
});

describe('userMappings', () => {
  it('lists pages ascending, the guard page without U', () => {
    const pages = [...userMappings(booted(), -1)];
    expect(pages.map((page) => [page.va, page.perms])).toEqual([
      [0, 26],
      [0x1000, 26],
      [0x2000, 22],
      [0x3000, 22],
      [0x4000, 22],
      [0x5000, 6],
      [0x6000, 22],
    ]);
  });
});

describe('results', () => {
  it('print shortly', () => {
    expect(printExpected(value(-1))).toBe('-1');
    expect(printExpected({ kind: 'value', value: 0x11n, sc: 1 })).toBe('= 0x11 sc 1');
    expect(printExpected({ kind: 'range', min: 0n, max: 9n })).toBe('0..9');
    expect(printExpected({ kind: 'killed' })).toBe('killed');
  });

  it('are compared with registers, pids by slot', () => {
    const pidOf = (slot: number) => (slot === 1 ? 5 : undefined);
    expect(matchesRegister(value(-1), 0xffff_ffff_ffff_ffffn, pidOf)).toBe(true);
    expect(matchesRegister({ kind: 'pid', slot: 1 }, 5n, pidOf)).toBe(true);
    expect(matchesRegister({ kind: 'pid', slot: 2 }, 5n, pidOf)).toBe(false);
    expect(matchesRegister({ kind: 'range', min: 1n, max: 2n }, 3n, pidOf)).toBe(false);
    expect(matchesRegister({ kind: 'ok' }, 3n, pidOf)).toBe(true);
    expect(matchesRegister({ kind: 'blocked' }, 3n, pidOf)).toBe(false);
  });
});
