import { rowOfOp } from '../../machine/core/slot-ops.ts';
import {
  DECODED_COPY,
  DECODED_SERIAL,
  HOT,
  PAGE_SIZE,
  SLOT,
  SLOT_SIZE,
  TLB_ENTRIES,
  TLB_ENTRY_SIZE,
} from '../../machine/layout.ts';
import { decode } from '../decode.ts';
import type { Row } from '../row.ts';
import { rows } from '../rows/index.ts';
import type { InsnReader } from './discover.ts';
import { type Insn, pageOf } from './region.ts';

/** A page of decoded code that the running hart has mapped. */
export interface CodePage {
  /** address of its slots */
  readonly address: number;
  /** names its content */
  readonly serial: number;
}

/** What a region may contain; the interpreter runs the rest. */
const translatable = new Set<Row>(
  rows.filter((row) => {
    const rest = ['ebreak', 'wfi'];
    return !/^(lr|sc)\./.test(row.name) && !row.float && !rest.includes(row.name);
  }),
);

/** The code page at a page number of the hart's address space, if it was fetched from lately. */
export function codePage(view: DataView, h: number, page: number): CodePage | undefined {
  const index = ((page % TLB_ENTRIES) + TLB_ENTRIES) % TLB_ENTRIES;
  const entry = view.getUint32(h + HOT.fetchTlb, true) + index * TLB_ENTRY_SIZE;
  if (view.getBigInt64(entry, true) !== BigInt(page) * BigInt(PAGE_SIZE)) return undefined;
  const address = view.getUint32(entry + 8, true);
  return { address, serial: view.getUint32(address + DECODED_SERIAL, true) };
}

/**
 * Reads instructions as the hart would fetch them now. Code that the interpreter never met is left
 * out: it is cold. So is an instruction with a breakpoint, whose slot has another handler.
 */
export function codeReader(view: DataView, h: number): InsnReader {
  const pages = new Map<number, CodePage | undefined>();
  return (pc: number): Insn | undefined => {
    const number = pageOf(pc);
    if (!pages.has(number)) pages.set(number, codePage(view, h, number));
    const page = pages.get(number);
    if (!page) return undefined;
    const offset = pc - number * PAGE_SIZE;
    const slot = page.address + (offset / 2) * SLOT_SIZE;
    const code = page.address + DECODED_COPY + offset;
    const low = view.getUint16(code, true);
    if ((low & 3) === 3 && offset > PAGE_SIZE - 4) return undefined;
    const found = decode((low & 3) === 3 ? view.getUint32(code, true) : low);
    if (!found || !translatable.has(found.row)) return undefined;
    if (rowOfOp(view.getUint16(slot + SLOT.op, true)) !== found.row) return undefined;
    return { pc, row: found.row, operands: found.operands, length: found.length };
  };
}
