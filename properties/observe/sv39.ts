import { PTE_R, PTE_W, PTE_X } from '../../spec/sv39.ts';

/*
 * Page table entries as pairs of 32-bit words: readings compare thousands of them, and a bigint each would
 * cost more than the rest of an observation.
 */

/** The physical page number of an entry (bits 53:10). */
export function pageOfPte(low: number, high: number): number {
  return (low >>> 10) + (high & 0x3fffff) * 2 ** 22;
}

/** A leaf has R, W or X; W alone is reserved and read as a leaf too. */
export function pteIsLeaf(low: number): boolean {
  return (low & (PTE_R | PTE_W | PTE_X)) !== 0;
}

/** The software bits 9:8. */
export function rswOf(low: number): number {
  return (low >>> 8) & 3;
}
