/**
 * The machine as its users see it: the contract between `emulator/` and everything above.
 *
 * Addresses in guest registers are 64-bit and travel as `bigint`; physical addresses of RAM fit in 53
 * bits and travel as `number`. Time is retired instructions. Nothing here knows a process or a kernel.
 */

/** RISC-V privilege level: 0 user, 1 supervisor, 3 machine (Privileged manual, 1.2). */
export type Privilege = 0 | 1 | 3;

/** How long a translation lives once its page table entry has changed without an `sfence.vma`. */
export type TlbMode =
  /** unobservable speed TLB: entries are dropped whenever the walked page-table pages change */
  | 'coherent'
  /** as a large hardware TLB: kept, per ASID and per hart, until the kernel flushes them */
  | 'strict'
  /** as no TLB: every access walks */
  | 'eager';

export interface MachineOptions {
  /** Number of harts, 1 to 8. Default 1. */
  harts?: number;
  /** RAM from 0x8000_0000, in bytes, a multiple of 1 MiB. Default 128 MiB. */
  memoryBytes?: number;
  /** Disk contents; copied, never written back. No disk when absent. */
  disk?: Uint8Array;
  /** Virtio-mmio register layout: 1 legacy, 2 modern. Default 2. */
  virtioVersion?: 1 | 2;
  /** Retired instructions a hart runs before the next one's turn. Default 1000. */
  quantumInsns?: number;
  /** Seeds a schedule that varies the quanta; 0 is plain round robin. Default 0. */
  scheduleSeed?: number;
  /** Retired instructions per `mtime` tick (10 MHz board clock). Default 10. */
  insnsPerTick?: number;
  tlb?: TlbMode;
  /** `translator` compiles hot code, `interpreter` never does. Same results. Default `translator`. */
  tier?: 'interpreter' | 'translator';
  /** Jumps to a place before it is translated, roughly; only speed depends on it. Default 6000. */
  translateAfter?: number;
  /** Translated regions kept at a time; only speed and memory depend on it. Default 3000. */
  translatedRegions?: number;
  /** Receives each byte the guest sends to the UART. */
  onConsole?: (byte: number) => void;
}

export type Stop =
  | { kind: 'budget' }
  | { kind: 'breakpoint'; hart: number; id: number; pc: bigint }
  | { kind: 'watch'; access: Access }
  | { kind: 'trap'; hart: number; cause: bigint; tval: bigint; epc: bigint }
  /** every hart waits in WFI and no timer or input can wake one */
  | { kind: 'idle' }
  /** the guest wrote the test finisher */
  | { kind: 'exit'; code: number };

/** Who touched what: the process-independent context of one memory access. */
export interface Access {
  hart: number;
  pc: bigint;
  privilege: Privilege;
  satp: bigint;
  kind: 'load' | 'store' | 'fetch' | 'walk' | 'dma';
  /** virtual address; for `walk` the address being translated */
  va: bigint;
  /** physical address of the first byte touched */
  pa: number;
  sizeBytes: number;
  /** retired instructions of the whole machine when it happened */
  at: number;
}

/** A stop or a callback at an instruction address; costs nothing at other addresses. */
export interface Breakpoint {
  /** virtual address of the instruction (kernels map their text identically) */
  address: bigint;
  /** only in this privilege level; any when absent */
  privilege?: Privilege;
  /**
   * Called before the instruction executes, with registers readable and writable through the hart
   * (setting `pc` continues there instead). `stop` ends the run before the instruction. Absent: stop.
   */
  onHit?: (hart: Hart) => 'continue' | 'stop';
}

/** Registers of one hart. `x(0)` is 0. Setting takes effect at the next instruction. */
export interface Hart {
  readonly index: number;
  pc: bigint;
  privilege: Privilege;
  /** integer register 0..31, as an unsigned 64-bit value */
  x(register: number): bigint;
  setX(register: number, value: bigint): void;
  /** floating-point register 0..31: its 64 bits, singles NaN-boxed */
  f(register: number): bigint;
  /** CSR by its manual name or number, ignoring privilege; throws on an unknown one */
  csr(name: string | number): bigint;
  setCsr(name: string | number, value: bigint): void;
  /** is the hart waiting in WFI? */
  readonly waiting: boolean;
  /** Physical address that this hart would reach for `va`, without side effects; undefined on a fault. */
  translate(va: bigint, kind: 'load' | 'store' | 'fetch'): number | undefined;
}

/** Guest RAM from outside. The views move when the host memory grows: fetch them anew after `run`. */
export interface GuestMemory {
  readonly base: number;
  readonly sizeBytes: number;
  /** all of RAM, index 0 is `base` */
  bytes(): Uint8Array;
  view(): DataView;
  readU64(pa: number): bigint;
  readU32(pa: number): number;
  /** Host write; seen by decoded code, dirty tracking, reservations and the state hash. */
  write(pa: number, bytes: Uint8Array): void;
  /** Starts a new interval and returns its mark. */
  mark(): number;
  /**
   * Physical page numbers (pa >>> 12) that may differ from their content at `mark`: written since, or
   * swapped by a restore. Each at most once, ascending not guaranteed.
   */
  writtenSince(mark: number): Uint32Array;
}

/** Flags of a watched physical page; accesses of these kinds call `onAccess`. */
export interface WatchFlags {
  load?: boolean;
  store?: boolean;
  /** reported when execution comes to the page (by a jump or trap), not for each instruction */
  fetch?: boolean;
  /** a page-table entry in it is read; what a TLB answers walks nothing */
  walk?: boolean;
}

export interface Watches {
  /** Sets (or clears, with no flag) what is watched of one physical page. */
  set(ppn: number, flags: WatchFlags): void;
  clear(): void;
  /** Called synchronously, before the access takes effect; `stop` ends the run before the instruction. */
  onAccess: ((access: Access) => 'continue' | 'stop') | undefined;
}

export interface Machine {
  readonly options: Required<Omit<MachineOptions, 'disk' | 'onConsole'>>;
  readonly harts: readonly Hart[];
  readonly memory: GuestMemory;
  readonly watches: Watches;
  /** Total retired instructions of all harts. */
  readonly retired: number;

  /** Copies the loadable segments to their physical addresses and points every hart at the entry. */
  load(program: {
    entry: number;
    segments: readonly { physicalAddress: number; bytes: Uint8Array; memorySizeBytes: number }[];
  }): void;

  /** Runs until something of `Stop` happens; at most `maxInsns` retired instructions (or WFI time). */
  run(maxInsns: number): Stop;

  addBreakpoint(breakpoint: Breakpoint): number;
  removeBreakpoint(id: number): void;
  /** Stop at the next trap taken (interrupts too when asked). */
  stopAtTraps(which: 'none' | 'exceptions' | 'all'): void;

  /** While frozen, `mtime` stands still and no timer fires by itself. */
  freezeTime(frozen: boolean): void;
  readonly mtime: bigint;
  /** Moves `mtime` on by this many ticks; timers that became due fire at the next instruction. */
  advanceTime(ticks: bigint): void;
  /** Makes the earliest pending timer of this hart due now. Returns false if none is armed. */
  fireTimer(hart: number): boolean;

  /** Bytes typed at the UART, delivered at once as far as the guest reads. */
  type(text: string | Uint8Array): void;
  readonly disk: { bytes(): Uint8Array } | undefined;
  /**
   * How far the guest's disk driver came: it never looked at the device; it read its version; it set the
   * device's status, so it accepts the version.
   */
  readonly diskDriver: 'absent' | 'looking' | 'talking';

  /** A point to return to. Costs what changed since the snapshot it descends from. */
  snapshot(): Snapshot;
  restore(snapshot: Snapshot): void;
  release(snapshot: Snapshot): void;
  /** 64-bit hash of the architectural state (RAM, disk, harts, devices, time); incremental. */
  hash(): bigint;
  /** A snapshot as a file, with a format version. */
  save(snapshot: Snapshot): Uint8Array;
  loadSnapshot(file: Uint8Array): Snapshot;
  dispose(): void;
}

/** Opaque: made by `snapshot`, valid until `release`. */
export interface Snapshot {
  readonly id: number;
  readonly parent: number | undefined;
  /** retired instructions when it was taken */
  readonly at: number;
}
