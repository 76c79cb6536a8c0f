import { patternBits, type Row } from '../row.ts';
import type { Size } from '../sem.ts';

/** A row that loads or stores at rs1 + imm, and does nothing else with memory. */
export interface RowAccess {
  readonly kind: 'load' | 'store';
  readonly size: Size;
}

const LOAD = [0x03, 0x07];
const STORE = [0x23, 0x27];
const known = new Map<Row, RowAccess | undefined>();

/** How a row accesses memory; undefined for other rows and for atomics (Unprivileged manual, 2.6). */
export function accessOf(row: Row): RowAccess | undefined {
  if (!known.has(row)) known.set(row, fromPattern(row));
  return known.get(row);
}

function fromPattern(row: Row): RowAccess | undefined {
  const { value } = patternBits(row.pattern);
  const opcode = value & 0x7f;
  const size = (1 << ((value >>> 12) & 3)) as Size;
  if (LOAD.includes(opcode)) return { kind: 'load', size };
  return STORE.includes(opcode) ? { kind: 'store', size } : undefined;
}
