import { formats } from './formats.ts';
import { type CompressedRow, type Operands, patternBits, type Row } from './row.ts';
import { compressedRows, rows } from './rows/index.ts';

/** A decoded instruction. */
export interface Decoded {
  readonly row: Row;
  /** index of the row in `rows` */
  readonly index: number;
  /** bytes */
  readonly length: 2 | 4;
  readonly operands: Operands;
  /** the 16-bit instruction that was written, if it was one */
  readonly compressed?: CompressedRow;
}

interface Candidate<T> {
  readonly mask: number;
  readonly value: number;
  readonly row: T;
  readonly index: number;
}

const indexByName = new Map(rows.map((row, index) => [row.name, index]));

/** Index of a row by its mnemonic; undefined when there is none. */
export const rowIndex = (name: string): number | undefined => indexByName.get(name);

/** Candidates by some bits of the word, the most specific pattern first. */
function buckets<T extends { pattern: string }>(
  list: readonly T[],
  count: number,
  key: (word: number) => number,
  keyMask: number,
): Candidate<T>[][] {
  const all = list
    .map((row, index) => ({ row, index, ...patternBits(row.pattern) }))
    .sort((a, b) => fixedBits(b.mask) - fixedBits(a.mask));
  const made: Candidate<T>[][] = Array.from({ length: count }, () => []);
  for (const candidate of all) {
    const free = keyMask & ~candidate.mask;
    // every word that agrees in the key's fixed bits: walk over the subsets of its free bits
    for (let bits = free; ; bits = (bits - 1) & free) {
      made[key(((candidate.value & keyMask) | bits) >>> 0)]!.push(candidate);
      if (bits === 0) break;
    }
  }
  return made;
}

function fixedBits(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left = (left & (left - 1)) >>> 0) count++;
  return count;
}

const wideKey = (word: number): number => ((word >>> 2) & 31) | ((word >>> 7) & 0xe0);
const wide = buckets(rows, 256, wideKey, 0x707c);
const narrowKey = (word: number): number => (word & 3) | ((word >>> 11) & 0x1c);
const narrow = buckets(compressedRows, 32, narrowKey, 0xe003);

/** Length of the instruction that begins with this halfword (Unprivileged manual, 1.5). */
export const instructionLength = (word: number): 2 | 4 => ((word & 3) === 3 ? 4 : 2);

/**
 * Decodes one instruction.
 * @param word 32 bits from its address on; the upper half is ignored for a 16-bit instruction
 * @returns undefined for an encoding that is reserved or not implemented
 */
export function decode(word: number): Decoded | undefined {
  if ((word & 3) !== 3) return decodeCompressed(word & 0xffff);
  for (const { mask, value, row, index } of wide[wideKey(word)]!) {
    if ((word & mask) >>> 0 === value) {
      return { row, index, length: 4, operands: formats[row.format].decode(word) };
    }
  }
  return undefined;
}

function decodeCompressed(word: number): Decoded | undefined {
  for (const { mask, value, row: compressed } of narrow[narrowKey(word)]!) {
    if ((word & mask) !== value) continue;
    const operands = compressed.operands(word);
    const index = indexByName.get(compressed.expandsTo);
    if (!operands || index === undefined) return undefined;
    return { row: rows[index]!, index, length: 2, operands, compressed };
  }
  return undefined;
}
