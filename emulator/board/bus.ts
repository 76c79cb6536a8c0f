/**
 * The seam between the machine and its board: what devices ask of the machine (`BoardHost`) and what
 * the machine gets back (`Board`). The board keeps every register in the machine's memory, in a block
 * of `BOARD_STATE_BYTES` at `stateOffset`, so that a snapshot of that block is a snapshot of the board.
 */

/** Bits of `mip` that the board drives (Privileged manual, 3.1.9). */
export const MIP_SSIP = 1;
export const MIP_MSIP = 3;
export const MIP_SEIP = 9;
export const MIP_MEIP = 11;

export interface BoardHost {
  /** the machine's one memory; it may grow at any time */
  readonly memory: WebAssembly.Memory;
  /** byte offset in `memory` of the board's state block, a multiple of 8 */
  readonly stateOffset: number;
  /** byte offset in `memory` of RAM, which the guest sees from `RAM_BASE` */
  readonly ramOffset: number;
  readonly ramBytes: number;
  /** byte offset in `memory` of the disk; its pages follow RAM's in the machine's page numbering */
  readonly diskOffset: number;
  /** size of the disk in bytes, a multiple of 512; 0 without a disk */
  readonly diskBytes: number;
  readonly harts: number;
  readonly virtioVersion: 1 | 2;
  /** Sets or clears one bit of a hart's `mip`; the hart looks at it before its next instruction. */
  setInterrupt(hart: number, bit: number, level: boolean): void;
  mtime(): bigint;
  setMtime(ticks: bigint): void;
  mtimecmp(hart: number): bigint;
  /** Also drives MTIP as the comparison now says. */
  setMtimecmp(hart: number, ticks: bigint): void;
  /**
   * Called before a device reads (`write` false) or writes guest RAM: the machine reports it to
   * watches and, for a write, marks pages dirty, drops decoded code and breaks reservations.
   */
  dma(pa: number, sizeBytes: number, write: boolean): void;
  /** Called before a device writes bytes of the disk, to mark its pages dirty. */
  diskWrite(offset: number, sizeBytes: number): void;
  /** Receives each byte the guest sends to the UART. */
  console(byte: number): void;
  /** The guest wrote the test finisher: the run ends after this instruction. */
  exit(code: number): void;
}

/** One device's registers. Offsets are below the device's size; `size` is 1, 2, 4 or 8 and aligned. */
export interface Device {
  /** Value read, or undefined for an access that the device refuses: an access fault. */
  load(offset: number, size: number): bigint | undefined;
  /** False for an access that the device refuses: an access fault. */
  store(offset: number, size: number, value: bigint): boolean;
}

/**
 * How far the guest's disk driver came: it never looked at the device; it looked at its version, as every
 * driver does first; it set the device's status, so it accepts that version.
 */
export type DiskDriver = 'absent' | 'looking' | 'talking';

export interface Board {
  /**
   * A load outside RAM by a hart. `pa` is a physical address, `size` 1, 2, 4 or 8.
   * Undefined means a load access fault: nothing is there, or the device refuses the size.
   */
  load(pa: number, size: number): bigint | undefined;
  /** A store outside RAM. False means a store access fault. */
  store(pa: number, size: number, value: bigint): boolean;
  /** Bytes arriving at the UART. Returns how many were taken: `UART_INPUT_BYTES` can wait unread. */
  type(bytes: Uint8Array): number;
  /** How many typed bytes the guest has not read. */
  unreadInput(): number;
  diskDriver(): DiskDriver;
  /** Puts every register to its reset value. */
  reset(): void;
}
