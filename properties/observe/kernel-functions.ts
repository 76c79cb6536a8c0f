import type { ElfFile } from '../../emulator/elf/index.ts';
import type { KernelFunctions, TimerKind } from './api.ts';

/** What the years call a function; the first name that the kernel has counts. */
const NAMES: Record<keyof KernelFunctions, readonly string[]> = {
  kalloc: ['kalloc'],
  kfree: ['kfree'],
  panic: ['panic'],
  fork: ['kfork', 'fork'],
  exit: ['kexit', 'exit'],
  wait: ['kwait', 'wait'],
  exec: ['kexec', 'exec'],
  uvmcopy: ['uvmcopy'],
  copyout: ['copyout'],
  copyin: ['copyin'],
  usertrap: ['usertrap'],
  syscall: ['syscall'],
  scheduler: ['scheduler'],
};

export function kernelFunctions(elf: ElfFile): KernelFunctions {
  const find = (names: readonly string[]) => {
    for (const name of names) {
      const symbol = elf.symbol(name);
      if (symbol?.code) return symbol.address;
    }
    return undefined;
  };
  const entries = Object.entries(NAMES).map(([role, names]) => [role, find(names)]);
  return Object.fromEntries(entries) as KernelFunctions;
}

/** The trees of 2025 renamed the system calls' functions. */
export function isRenamed(elf: ElfFile): boolean {
  return elf.symbol('kfork')?.code === true;
}

const CSR_STIMECMP = 0x14d;
const OPCODE_SYSTEM = 0x73;

/** Sstc kernels write `stimecmp`; the others have a machine-mode handler that serves the CLINT. */
export function timerKind(elf: ElfFile): TimerKind {
  for (const segment of elf.segments) {
    if (!segment.executable) continue;
    const { bytes } = segment;
    for (let i = 0; i + 4 <= bytes.length; i += 2) {
      if ((bytes[i]! & 0x7f) !== OPCODE_SYSTEM) continue;
      const csr = (bytes[i + 2]! >> 4) | (bytes[i + 3]! << 4);
      const writes = (bytes[i + 1]! >> 4) & 3;
      if (csr === CSR_STIMECMP && writes !== 0) return 'sstc';
    }
  }
  return elf.symbol('timervec') ? 'clint' : 'unknown';
}
