import type { CompressedRow, Row } from '../row.ts';
import { rowsA } from './a.ts';
import { rowsC } from './c.ts';
import { rowsFloat } from './float.ts';
import { rowsI } from './i.ts';
import { rowsM } from './m.ts';
import { rowsPrivileged } from './privileged.ts';
import { rowsZicsr } from './zicsr.ts';

/** Every 32-bit instruction. A new extension is one more list here. */
export const rows: readonly Row[] = [
  ...rowsI,
  ...rowsM,
  ...rowsA,
  ...rowsFloat,
  ...rowsZicsr,
  ...rowsPrivileged,
];

/**
 * Every 16-bit instruction. Of two patterns that match, the one with more fixed bits is meant, as
 * in the manual's listing (c.jr among c.mv).
 */
export const compressedRows: readonly CompressedRow[] = rowsC;
