import type { ElfFile } from '../../emulator/elf/index.ts';
import type { ProcState } from '../../spec/ownership.ts';
import type { FileTableLayout, FreelistHead, ProcLayout } from './api.ts';
import { DEFAULT_STATES } from './proc-layout.ts';

/** Entries of the process table in every xv6-riscv seen. */
const NPROC = 64;
const word = (offset: number) => ({ offset, sizeBytes: 8 });
const int = (offset: number) => ({ offset, sizeBytes: 4 });

/** xv6-riscv until November 2020. */
const EARLY_STATES: ProcLayout['states'] = new Map<number, ProcState | undefined>([
  [0, undefined],
  [1, 'sleeping'],
  [2, 'runnable'],
  [3, 'running'],
  [4, 'zombie'],
]);

/**
 * `proc[]` from its symbol alone, with the layouts that xv6-riscv has had: `wait_lock` came together with the
 * one in use since then; `proc_lock` is the bundled kernel's. What is found at run time is checked before it
 * is believed.
 */
export function defaultProcLayout(elf: ElfFile): ProcLayout | undefined {
  const symbol = elf.symbol('proc');
  if (symbol === undefined || symbol.sizeBytes % NPROC !== 0) return undefined;
  const strideBytes = symbol.sizeBytes / NPROC;
  if (strideBytes < 96) return undefined;
  const fields = elf.symbol('proc_lock') === undefined ? fieldsOfXv6(elf) : FIELDS_OF_OURS;
  const { address } = symbol;
  return { address, count: NPROC, strideBytes, extra: [], extraTables: [], ...fields };
}

type Fields = Omit<ProcLayout, 'address' | 'count' | 'strideBytes' | 'extra' | 'extraTables'>;

/** kernel/src/proc.h */
const FIELDS_OF_OURS: Fields = {
  pid: int(0),
  state: int(4),
  parent: word(8),
  xstate: int(24),
  killed: int(28),
  pagetable: word(48),
  sz: word(56),
  trapframe: word(64),
  kstack: word(72),
  states: DEFAULT_STATES,
};

function fieldsOfXv6(elf: ElfFile): Fields {
  const isEarly = elf.symbol('wait_lock') === undefined;
  return {
    state: int(24),
    parent: word(isEarly ? 32 : 56),
    killed: int(isEarly ? 48 : 40),
    xstate: int(isEarly ? 52 : 44),
    pid: int(isEarly ? 56 : 48),
    kstack: word(64),
    sz: word(72),
    pagetable: word(80),
    trapframe: word(88),
    states: isEarly ? EARLY_STATES : DEFAULT_STATES,
  };
}

/** `kmem` from its symbol: a 24-byte spinlock and the list, once or per hart. */
export function defaultFreelists(elf: ElfFile): readonly FreelistHead[] {
  const symbol = elf.symbol('kmem');
  if (symbol === undefined || symbol.sizeBytes < 32) return [];
  if (symbol.sizeBytes === 32 * 8) {
    return Array.from({ length: 8 }, (_, hart) => ({
      name: `kmem[${hart}].freelist`,
      address: symbol.address + hart * 32 + 24,
    }));
  }
  return [{ name: 'kmem.freelist', address: symbol.address + 24 }];
}

/** `ftable` from its symbol: a spinlock and 100 files of 40 bytes (type 0, ref 4, pipe 16). */
export function defaultFileTable(elf: ElfFile): FileTableLayout | undefined {
  const symbol = elf.symbol('ftable');
  if (symbol === undefined || symbol.sizeBytes !== 24 + 100 * 40) return undefined;
  return {
    address: symbol.address + 24,
    count: 100,
    strideBytes: 40,
    type: int(0),
    ref: int(4),
    pipe: word(16),
    pipeType: 1,
  };
}
