import type { GuestMemory } from '../../emulator/machine/api.ts';
import type { ProcState } from '../../spec/ownership.ts';
import type { FieldAt, ProcLayout } from '../observe/api.ts';

/** The few fields of `struct proc` that scheduling from outside needs, read live. */
export interface ProcessTable {
  readonly count: number;
  pid(index: number): number;
  /** undefined: the entry is not in use */
  state(index: number): ProcState | undefined;
  /** page number of the root of its page table; 0 when it has none */
  root(index: number): number;
  killed(index: number): boolean;
  /** is a process in this state? */
  some(wanted: ProcState): boolean;
  /** index of the process with this pid, among those in use */
  find(pid: number): number | undefined;
}

const PAGE = 4096n;

/** Reads the table through guest memory; the kernel maps its data at its physical address. */
export function processTable(layout: ProcLayout, memory: GuestMemory): ProcessTable {
  const read = (index: number, { offset, sizeBytes }: FieldAt): bigint => {
    const address = layout.address + index * layout.strideBytes + offset;
    if (sizeBytes === 8) return memory.readU64(address);
    return BigInt(memory.readU32(address)) & ((1n << BigInt(8 * sizeBytes)) - 1n);
  };
  const pid = (index: number): number => Number(read(index, layout.pid));
  const state = (index: number): ProcState | undefined =>
    layout.states.get(Number(read(index, layout.state)));
  return {
    count: layout.count,
    pid,
    state,
    root: (index) => Number(read(index, layout.pagetable) / PAGE),
    killed: (index) => layout.killed !== undefined && read(index, layout.killed) !== 0n,
    some(wanted) {
      for (let index = 0; index < layout.count; index++) if (state(index) === wanted) return true;
      return false;
    },
    find(wanted) {
      for (let index = 0; index < layout.count; index++) {
        if (pid(index) === wanted && state(index) !== undefined) return index;
      }
      return undefined;
    },
  };
}
