import type { ProcState } from '../../spec/ownership.ts';
import { PAGE_BYTES } from '../../spec/units.ts';
import type { ProcLayout } from './api.ts';
import type { GuestWords } from './guest-words.ts';

/** What the process table says about one process. Addresses in bytes, 0 where the kernel has none. */
export interface ProcRow {
  readonly state: ProcState;
  readonly pid: number;
  readonly parentIndex: number | undefined;
  readonly killed: boolean;
  readonly sizeBytes: number;
  readonly pagetable: number;
  readonly trapframe: number;
  readonly kstack: number;
  /** Values of the further words and tables of the layout, in its order. */
  readonly extra: readonly number[];
  readonly extraTables: readonly number[];
}

/**
 * Reads entry `index`; undefined for an UNUSED one.
 * @param before its last reading, which is returned when nothing differs
 */
export function readProc(
  guest: GuestWords,
  layout: ProcLayout,
  index: number,
  before: ProcRow | undefined,
): ProcRow | undefined {
  const at = layout.address + index * layout.strideBytes;
  const value = guest.unsigned(at, layout.state);
  const state = layout.states.has(value) ? layout.states.get(value) : 'used';
  if (state === undefined) return undefined;
  const row: ProcRow = {
    state,
    pid: guest.signed(at, layout.pid),
    parentIndex: layout.parent && entryAt(layout, guest.unsigned(at, layout.parent)),
    killed: layout.killed !== undefined && guest.unsigned(at, layout.killed) !== 0,
    sizeBytes: guest.unsigned(at, layout.sz),
    pagetable: guest.unsigned(at, layout.pagetable),
    trapframe: guest.unsigned(at, layout.trapframe),
    kstack: layout.kstack ? guest.unsigned(at, layout.kstack) : 0,
    extra: wordsAt(guest, at, layout.extra),
    extraTables: wordsAt(guest, at, layout.extraTables),
  };
  return before !== undefined && sameRow(before, row) ? before : row;
}

const NO_WORDS: readonly number[] = [];

function wordsAt(
  guest: GuestWords,
  at: number,
  fields: readonly { offset: number }[],
): readonly number[] {
  return fields.length === 0 ? NO_WORDS : fields.map(({ offset }) => guest.u64(at + offset));
}

/** The index of the entry at an address; undefined for any other address. */
function entryAt(layout: ProcLayout, address: number): number | undefined {
  const index = (address - layout.address) / layout.strideBytes;
  return Number.isInteger(index) && index >= 0 && index < layout.count ? index : undefined;
}

function sameRow(a: ProcRow, b: ProcRow): boolean {
  return (
    a.state === b.state &&
    a.pid === b.pid &&
    a.parentIndex === b.parentIndex &&
    a.killed === b.killed &&
    a.sizeBytes === b.sizeBytes &&
    samePages(a, b)
  );
}

/** Do both rows lead to the same pages? */
export function samePages(a: ProcRow, b: ProcRow): boolean {
  return (
    a.pagetable === b.pagetable &&
    a.trapframe === b.trapframe &&
    a.kstack === b.kstack &&
    a.extra.every((value, i) => value === b.extra[i]) &&
    a.extraTables.every((value, i) => value === b.extraTables[i])
  );
}

/** The entries that lie in one of the written pages. */
export function writtenEntries(layout: ProcLayout, written: Uint32Array): number[] {
  const first = Math.floor(layout.address / PAGE_BYTES);
  const end = layout.address + layout.count * layout.strideBytes;
  const last = Math.floor((end - 1) / PAGE_BYTES);
  const entries = new Set<number>();
  for (const page of written) {
    if (page < first || page > last) continue;
    const from = Math.floor((page * PAGE_BYTES - layout.address) / layout.strideBytes);
    const to = Math.floor(((page + 1) * PAGE_BYTES - 1 - layout.address) / layout.strideBytes);
    for (let i = Math.max(from, 0); i <= Math.min(to, layout.count - 1); i++) entries.add(i);
  }
  return [...entries];
}
