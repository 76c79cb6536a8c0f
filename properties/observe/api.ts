/**
 * Reading any xv6 kernel's memory from outside: what the kernel's layout is, and who owns every page.
 *
 * `inspectKernel` finds the structures in the ELF and its DWARF; `createObserver` reads them in guest memory,
 * whole at first and then only what was written since. Neither executes or changes anything in the guest.
 */
import type { DebugInfo, ElfFile } from '../../emulator/elf/index.ts';
import type { GuestMemory } from '../../emulator/machine/api.ts';
import type { OwnershipSnapshot, ProcState } from '../../spec/ownership.ts';
import type { Ppn } from '../../spec/units.ts';

/** What observing needs of the guest's RAM. */
export type ObservedMemory = Pick<
  GuestMemory,
  'base' | 'sizeBytes' | 'bytes' | 'mark' | 'writtenSince'
>;

/** A member of a struct in guest memory: where it lies and how wide it is, in bytes. */
export interface FieldAt {
  offset: number;
  sizeBytes: number;
}

/** `struct proc proc[NPROC]`. */
export interface ProcLayout {
  address: number;
  count: number;
  strideBytes: number;
  state: FieldAt;
  pid: FieldAt;
  sz: FieldAt;
  pagetable: FieldAt;
  trapframe: FieldAt;
  parent: FieldAt | undefined;
  killed: FieldAt | undefined;
  kstack: FieldAt | undefined;
  xstate: FieldAt | undefined;
  /** Offsets of further words that may hold a page of the process's own, by member name. */
  extra: readonly { name: string; offset: number }[];
  /** Offsets of further page tables (a kernel page table per process), by member name. */
  extraTables: readonly { name: string; offset: number }[];
  /** Meaning of the state's values; undefined for UNUSED. */
  states: ReadonlyMap<number, ProcState | undefined>;
}

/** The word that holds the first page of one free list; a page's first word holds the next one. */
export interface FreelistHead {
  name: string;
  address: number;
}

/** The table of open files, for the pipes. */
export interface FileTableLayout {
  address: number;
  count: number;
  strideBytes: number;
  type: FieldAt;
  pipe: FieldAt;
  ref: FieldAt | undefined;
  pipeType: number;
}

/** Something that may be the kernel's reference counts: one integer every `strideBytes`. */
export interface CountsCandidate {
  /** As a user would write it, for example `kmem.refcount`. */
  name: string;
  /** Address of the first count, or of the pointer to it. */
  address: number;
  indirect: boolean;
  strideBytes: number;
  count: FieldAt & { signed: boolean };
  /** Number of counts; Infinity behind a pointer. */
  length: number;
}

/** Where a page's count is and what it means: mappings = value − bias, at index (pa >>> 12) × step + origin. */
export interface CountsScheme {
  candidate: CountsCandidate;
  step: 1 | -1;
  origin: number;
  bias: number;
}

/** A 8-byte word in the kernel's data that may hold an address of a page. */
export interface RootWord {
  address: number;
  name: string;
}

/** Functions that others hook, whatever a year calls them. Undefined where the kernel has none by that name. */
export interface KernelFunctions {
  kalloc: number | undefined;
  kfree: number | undefined;
  panic: number | undefined;
  fork: number | undefined;
  exit: number | undefined;
  wait: number | undefined;
  exec: number | undefined;
  uvmcopy: number | undefined;
  copyout: number | undefined;
  copyin: number | undefined;
  usertrap: number | undefined;
  syscall: number | undefined;
  scheduler: number | undefined;
}

export type TimerKind = 'clint' | 'sstc' | 'unknown';

/** Where everything is in one kernel. Addresses are physical, which is what kernels map their data at. */
export interface KernelLayout {
  elf: ElfFile;
  debug: DebugInfo | undefined;
  /** First page that the allocator may manage: `end`, rounded up. */
  firstManaged: number;
  proc: ProcLayout;
  freelists: readonly FreelistHead[];
  fileTable: FileTableLayout | undefined;
  /** Address of the variable `kernel_pagetable`. */
  kernelPagetable: number | undefined;
  counts: readonly CountsCandidate[];
  /** the candidates were narrowed by a name that the user gave */
  countsNamed: boolean;
  roots: readonly RootWord[];
  functions: KernelFunctions;
  timer: TimerKind;
  /** `kfork` and its like instead of `fork` */
  renamed: boolean;
  /** What could not be found as debug information would tell it, one sentence each; empty in most kernels. */
  degraded: readonly string[];
}

/** A kernel that cannot be observed; every problem is a sentence with the way out. */
export class LayoutError extends Error {
  override readonly name = 'LayoutError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

export interface InspectOptions {
  /** The variable with the reference counts, when it should not be searched for (`kmem.refcount`, `cow_rc`). */
  refcount?: string;
}

/**
 * A snapshot that stays cheap: its functions answer from what the observer knows now, so ask them before the
 * next `observe`. Its lists do not change, and processes that did not change are the same objects as before.
 */
export interface Observation extends OwnershipSnapshot {
  /** pages whose class, mappings or permissions may differ from the previous observation */
  readonly changedPages: readonly Ppn[];
  /** process-table indices of which the same holds */
  readonly changedProcesses: readonly number[];
  /** managed pages that the kernel itself holds, found from its data or held since before the first observation */
  readonly kernelPages: readonly Ppn[];
  /** one sentence for each page table that cannot be walked; `conflicts` has them too, at their roots */
  readonly damagedTables: readonly string[];
}

export interface Observer {
  readonly layout: KernelLayout;
  /** First managed page and the page after the last, as the kernel's page table maps RAM. */
  readonly managed: { readonly first: Ppn; readonly end: Ppn };
  /** Reads what changed since the last call; everything at the first one. */
  observe(): Observation;
  /** Reads everything, trusting nothing remembered. Same result as `observe`. */
  reread(): Observation;
  /** The counts found so far. Counts of mappings minus one only show themselves once a page is shared. */
  readonly counts: CountsScheme | undefined;
  /** What looked odd at the first observation, one sentence each; empty for a healthy kernel. */
  readonly notes: readonly string[];
}
