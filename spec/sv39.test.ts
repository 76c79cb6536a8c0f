import { describe, expect, it } from 'vitest';
import { isCanonical, isLeaf, isTable, level0Index, printFlags, ptePpn, vpn } from './sv39.ts';
import { MAXVA, TRAMPOLINE, TRAPFRAME } from './xv6.ts';

describe('sv39', () => {
  it('takes an address apart as the manual does', () => {
    expect([2, 1, 0].map((level) => vpn(level as 0 | 1 | 2, TRAMPOLINE))).toEqual([255, 511, 511]);
    expect(vpn(0, TRAPFRAME)).toBe(510);
    expect(level0Index(MAXVA - 1)).toBe(256 * 512 - 1);
  });
  it('tells leaves from tables and from nothing', () => {
    expect([0x2fn, 0x21n, 0x20n].map(isLeaf)).toEqual([true, false, false]);
    expect([0x2fn, 0x21n, 0x20n].map(isTable)).toEqual([false, true, false]);
    expect(ptePpn((0x87f53n << 10n) | 0x11fn)).toBe(0x87f53);
  });
  it('knows which addresses are canonical', () => {
    expect(isCanonical(BigInt(MAXVA) - 1n)).toBe(true);
    expect(isCanonical(BigInt(MAXVA))).toBe(false);
    expect(isCanonical(0xffff_ffc0_0000_0000n)).toBe(true);
    expect(isCanonical(1n << 63n)).toBe(false);
  });
  it('prints permissions', () => expect(printFlags(0b10110)).toBe('rw-u'));
});
