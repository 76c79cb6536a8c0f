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

/** Reads entry `index`; undefined for an UNUSED one. */
export function readProc(
  guest: GuestWords,
  layout: ProcLayout,
  index: number,
): ProcRow | undefined {
  const at = layout.address + index * layout.strideBytes;
  const value = guest.unsigned(at, layout.state);
  const state = layout.states.has(value) ? layout.states.get(value) : 'used';
  if (state === undefined) return undefined;
  const parent = layout.parent ? guest.unsigned(at, layout.parent) : 0;
  const parentIndex = (parent - layout.address) / layout.strideBytes;
  const isEntry = Number.isInteger(parentIndex) && parentIndex >= 0 && parentIndex < layout.count;
  return {
    state,
    pid: guest.signed(at, layout.pid),
    parentIndex: isEntry ? parentIndex : undefined,
    killed: layout.killed !== undefined && guest.unsigned(at, layout.killed) !== 0,
    sizeBytes: guest.unsigned(at, layout.sz),
    pagetable: guest.unsigned(at, layout.pagetable),
    trapframe: guest.unsigned(at, layout.trapframe),
    kstack: layout.kstack ? guest.unsigned(at, layout.kstack) : 0,
    extra: layout.extra.map(({ offset }) => guest.u64(at + offset)),
    extraTables: layout.extraTables.map(({ offset }) => guest.u64(at + offset)),
  };
}

/** Does an entry lie in one of the written pages? */
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
