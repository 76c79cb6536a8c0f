/**
 * Sv39 as xv6 uses it (Privileged manual, 4.3 and 4.4): three levels of 512 entries of 8 bytes, leaves
 * of 4 KiB. Pure arithmetic on page-table entries and virtual addresses.
 */
import { PAGE_BYTES, type Ppn, ppn } from './units.ts';

/** Bits of a page-table entry. */
export const PTE_V = 1 << 0;
export const PTE_R = 1 << 1;
export const PTE_W = 1 << 2;
export const PTE_X = 1 << 3;
export const PTE_U = 1 << 4;
export const PTE_A = 1 << 6;
export const PTE_D = 1 << 7;
/** Entries of one page-table page. */
export const TABLE_ENTRIES = 512;
/** Bytes mapped by one lowest-level table: 2 MiB. */
export const LEVEL0_BYTES = TABLE_ENTRIES * PAGE_BYTES;

/** Is the entry a leaf? A valid entry with none of R, W, X points to the next level. */
export const isLeaf = (pte: bigint): boolean =>
  (pte & BigInt(PTE_V)) !== 0n && (pte & BigInt(PTE_R | PTE_W | PTE_X)) !== 0n;

/** Is the entry valid and a pointer to a table of the next level? */
export const isTable = (pte: bigint): boolean =>
  (pte & BigInt(PTE_V)) !== 0n && (pte & BigInt(PTE_R | PTE_W | PTE_X)) === 0n;

/** Physical page that an entry names: bits 53:10. */
export const ptePpn = (pte: bigint): Ppn => ppn(Number((pte >> 10n) & 0xfff_ffff_ffffn));

/** Index of a user address into the table of a level (2 is the root). */
export const vpn = (level: 0 | 1 | 2, address: number): number =>
  Math.floor(address / PAGE_BYTES / TABLE_ENTRIES ** level) % TABLE_ENTRIES;

/** Number of the lowest-level table that maps an address, counted from address 0. */
export const level0Index = (address: number): number => Math.floor(address / LEVEL0_BYTES);

export const pageRoundDown = (bytes: number): number => Math.floor(bytes / PAGE_BYTES) * PAGE_BYTES;
export const pageRoundUp = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;

/**
 * Is a 64-bit address canonical under Sv39: bits 63:39 equal to bit 38 (Privileged manual, 4.4.1)?
 * `address` is unsigned.
 */
export function isCanonical(address: bigint): boolean {
  const high = address >> 38n;
  return high === 0n || high === 0x3ff_ffffn;
}

/** Permission letters of an entry's low bits, `-` for those absent: `rwxu`. */
export function printFlags(flags: number): string {
  const letter = (bit: number, text: string) => (flags & bit ? text : '-');
  return letter(PTE_R, 'r') + letter(PTE_W, 'w') + letter(PTE_X, 'x') + letter(PTE_U, 'u');
}
