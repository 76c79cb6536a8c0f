import type { DebugInfo, ElfFile } from '../../emulator/elf/index.ts';
import type { Machine, Snapshot, TlbMode } from '../../emulator/machine/api.ts';
import type { SourceLine } from '../../spec/result.ts';
import type { KernelLayout } from '../observe/api.ts';
import type { Injection } from '../ops/definition.ts';
import type { AgentProgram } from './agent-program.ts';
import type { ProcessTable } from './process-table.ts';

export interface BootOptions {
  /** kernel ELF */
  kernel: Uint8Array;
  /** file-system image that has an `/init`; copied, not changed */
  image: Uint8Array;
  /** ELF of the agent, which takes the place of `/init` */
  agent: Uint8Array;
  /** lets the agent's text be written, as programs' was until 2021 */
  writableText?: boolean;
  /** default 1 */
  harts?: number;
  /** default 128 MiB, which is what xv6 kernels are linked for */
  memoryBytes?: number;
  /** default `strict`, so that a missing sfence.vma shows */
  tlb?: TlbMode;
  /** default `translator`; the results are the same */
  tier?: 'interpreter' | 'translator';
  /** name of the variable with the reference counts, when it should not be searched for */
  refcount?: string;
  /** retired instructions that the boot may take; default 3·10⁹ */
  bootBudgetInsns?: number;
}

/** A process of the sequence as the driver follows it. Slots are numbered in order of creation. */
export interface GuestSlot {
  /** index in the kernel's process table */
  index: number;
  pid: number;
  /** false once it has exited or was killed */
  live: boolean;
  /** inside a system call that has not come back */
  blocked: boolean;
  /** forked, and not yet seen in user mode: fork's result in the child is still to be checked */
  fresh: boolean;
}

/** How an operation ended for the process that performed it. */
export type GuestResult =
  /** back at park, with these argument registers */
  | { kind: 'value'; a0: bigint; a3: bigint }
  /** exited or killed */
  | { kind: 'gone' }
  /** asleep in the kernel, and nothing that happened since woke it */
  | { kind: 'blocked' }
  /** the kernel did not get it that far */
  | { kind: 'trouble'; trouble: Trouble };

/** A liveness failure: what the kernel did instead of ending the operation. */
export interface Trouble {
  kind: 'panic' | 'hang' | 'idle' | 'powered-off' | 'lost';
  message: string;
  /** the kernel's frames, innermost first */
  where: SourceLine[];
}

export interface GuestStep {
  result: GuestResult;
  /** blocked processes that came back meanwhile, with their a0 */
  completions: { slot: number; a0: bigint }[];
  /** the first return of forked children that came up meanwhile */
  firstReturns: { slot: number; a0: bigint }[];
  /** slot of the process that a fork made */
  created: number | undefined;
  /** slots that were live before and are zombies or reaped now */
  ended: number[];
  /** allocations asked for, failed ones included */
  allocations: number;
  /** did the armed allocation failure happen? */
  failed: boolean;
  /** pages handed to kfree, in order (physical addresses); a kernel may keep some, as others share them */
  freed: number[];
  /** bytes that the kernel sent to the serial port */
  printed: Uint8Array;
  /** retired instructions */
  insns: number;
}

/** Who took or gave back a page; collected only while tracing. */
export interface AllocatorEvent {
  /** `refused`: it was made to fail, so that there is no page */
  kind: 'allocated' | 'freed' | 'refused';
  /** 0 where there is no page */
  pa: number;
  where: SourceLine[];
}

/** All that the driver itself must remember between operations. */
export interface DriverState {
  slots: readonly GuestSlot[];
  /** hart on which a process is parked and stopped now, and whose turn it is */
  currentHart: number;
  /** allocations until one fails; undefined when none is armed */
  failIn: number | undefined;
}

export interface GuestPoint {
  machine: Snapshot;
  driver: DriverState;
}

/** A booted kernel whose first process is the agent, in the role of init. */
export interface Guest {
  readonly machine: Machine;
  readonly elf: ElfFile;
  readonly debug: DebugInfo | undefined;
  readonly layout: KernelLayout;
  readonly agent: AgentProgram;
  readonly table: ProcessTable;
  readonly slots: readonly GuestSlot[];
  /** allocations until one fails; undefined when no failure is armed */
  readonly failIn: number | undefined;
  /** index of init in the process table */
  readonly initIndex: number;
  /** what the kernel printed since boot */
  readonly console: () => string;

  /** Performs an injected operation in a live process, or in init (−1); `budgetInsns` bounds every wait. */
  perform(slot: number, injection: Injection, options: PerformOptions): GuestStep;
  /** Performs a system call in init. Without settling, those whom it kills or wakes do not run yet. */
  performAsInit(injection: Injection, budgetInsns: number, settles?: boolean): GuestStep;
  /** Makes init fork a new slot; for the start of a sequence. */
  forkFromInit(budgetInsns: number): GuestStep;
  /** The `nth` allocation from now on fails; undefined disarms. */
  failAllocation(nth: number | undefined): void;
  /** Collects who allocates and frees what, until called again with undefined. */
  traceAllocator(onEvent: ((event: AllocatorEvent) => void) | undefined): void;
  /** Kernel frames of a hart, innermost first. */
  where(hart: number): SourceLine[];
  snapshot(): GuestPoint;
  restore(point: GuestPoint): void;
  release(point: GuestPoint): void;
  dispose(): void;
}

export interface PerformOptions {
  /** retired instructions without anybody reaching park after which the operation counts as hung */
  budgetInsns: number;
  /** does a value returned mean a new process (fork)? */
  forks?: boolean;
  /** let run whom it killed or woke? default true */
  settles?: boolean;
  /** may it sleep for ticks, which pass while others are scheduled? */
  sleeps?: boolean;
}
