/** Sv39 page table entries as pairs of 32-bit words (Privileged manual, 4.3 and 4.4). */
export const PTE_V = 1;
export const PTE_R = 2;
export const PTE_W = 4;
export const PTE_X = 8;
export const PTE_U = 16;
/** Entries of one table. */
export const PTES = 512;

/** R, W, X and U: what a mapping permits. */
export const PERMISSIONS = PTE_R | PTE_W | PTE_X | PTE_U;

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
