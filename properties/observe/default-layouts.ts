import type { ElfFile } from '../../emulator/elf/index.ts';
import type { FileTableLayout, FreelistHead, ProcLayout } from './api.ts';
import { DEFAULT_STATES } from './proc-layout.ts';

/** Entries of the process table in every xv6-riscv seen. */
const NPROC = 64;
const word = (offset: number) => ({ offset, sizeBytes: 8 });
const int = (offset: number) => ({ offset, sizeBytes: 4 });

/**
 * `proc[]` from its symbol alone, with the layout that xv6-riscv has had since 2021: lock 0, state 24, chan
 * 32, killed 40, xstate 44, pid 48, parent 56, kstack 64, sz 72, pagetable 80, trapframe 88. What is found at
 * run time is checked against it before it is believed.
 */
export function defaultProcLayout(elf: ElfFile): ProcLayout | undefined {
  const symbol = elf.symbol('proc');
  if (symbol === undefined || symbol.sizeBytes % NPROC !== 0) return undefined;
  const strideBytes = symbol.sizeBytes / NPROC;
  if (strideBytes < 96) return undefined;
  return {
    address: symbol.address,
    count: NPROC,
    strideBytes,
    state: int(24),
    pid: int(48),
    sz: word(72),
    pagetable: word(80),
    trapframe: word(88),
    parent: word(56),
    killed: int(40),
    kstack: word(64),
    xstate: int(44),
    extra: [],
    extraTables: [],
    states: DEFAULT_STATES,
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
