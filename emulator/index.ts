/** A fast, deterministic RV64GC machine with the devices of QEMU's `virt` board. */
export type {
  Access,
  Breakpoint,
  GuestMemory,
  Hart,
  Machine,
  MachineOptions,
  Privilege,
  Snapshot,
  Stop,
  TlbMode,
  Watches,
  WatchFlags,
} from './machine/api.ts';
export { createMachine } from './machine/machine.ts';
export { csrName } from './riscv/csrs.ts';
export { disassemble, registerName } from './riscv/disassemble.ts';
