import type { Row } from '../../riscv/row.ts';
import { rows } from '../../riscv/rows/index.ts';

/** Handlers of the interpreter that are not instructions; the rows follow. */
export const OP = {
  undecoded: 0,
  illegal: 1,
  /** past the last slot of a page */
  pageEnd: 2,
  /** a 32-bit instruction of which only the first half is in this page */
  crossing: 3,
  /** a breakpoint may be armed here; SLOT.fn holds the handler below */
  breakpoint: 4,
} as const;
export const FIRST_ROW_OP = 8;

/** Branches whose target lies in the same page have a handler of their own, without translation. */
const nearRows = rows.map((row, index) => ({ row, index })).filter(({ row }) => hasNear(row));

function hasNear(row: Row): boolean {
  return row.flow === 'branch' || row.flow === 'jal';
}

const FIRST_NEAR_OP = FIRST_ROW_OP + rows.length;
const nearByRow = new Map(nearRows.map(({ index }, i) => [index, FIRST_NEAR_OP + i]));

export const OP_COUNT = FIRST_NEAR_OP + nearRows.length;

/** One handler to generate. */
export interface RowOp {
  readonly op: number;
  readonly row: Row;
  readonly near: boolean;
}

export const rowOps: readonly RowOp[] = [
  ...rows.map((row, index) => ({ op: FIRST_ROW_OP + index, row, near: false })),
  ...nearRows.map(({ row }, i) => ({ op: FIRST_NEAR_OP + i, row, near: true })),
];

/**
 * Handler for a row at a page offset (−1: not in a page), with its immediate.
 * @param index of the row in `rows`
 */
export function opFor(index: number, imm: number, offset: number): number {
  const near = nearByRow.get(index);
  const target = offset + imm;
  const inPage = offset >= 0 && target >= 0 && target < 4096;
  return near !== undefined && inPage ? near : FIRST_ROW_OP + index;
}

/** Row of a handler, for those who read decoded slots; undefined when it is not an instruction. */
export function rowOfOp(op: number): Row | undefined {
  return op < FIRST_ROW_OP ? undefined : rowOps[op - FIRST_ROW_OP]?.row;
}
