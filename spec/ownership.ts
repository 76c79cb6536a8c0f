/**
 * The page-ownership snapshot: what a reading of guest memory says about every physical page that the
 * kernel's allocator manages. Made by `properties/observe`, compared with the model by the checkers.
 */
import type { Pa, Pid, Ppn, Va } from './units.ts';

/** Permission bits of a leaf page table entry, as in Sv39: R 2, W 4, X 8, U 16 (Privileged manual, 4.3). */
export type PteFlags = number;

export interface Mapping {
  /** user virtual address, page aligned */
  va: Va;
  ppn: Ppn;
  flags: PteFlags;
  /** the two RSW bits, as they stand in the entry (bits 9:8 shifted down to 1:0) */
  rsw: number;
}

export type ProcState = 'used' | 'sleeping' | 'runnable' | 'running' | 'zombie';

export interface ObservedProcess {
  /** index in the kernel's process table */
  index: number;
  pid: Pid;
  parentPid: Pid | undefined;
  state: ProcState;
  killed: boolean;
  /** the kernel's idea of the break, in bytes */
  sizeBytes: number;
  /** user leaves (PTE_U or without it, e.g. the stack guard), ascending by va; without trampoline and trapframe */
  mappings: readonly Mapping[];
  /** pages of its page table, root included */
  tables: readonly Ppn[];
  trapframe: Ppn | undefined;
  /** other pages that belong to the process (a USYSCALL page, an alarm's saved trapframe, …) */
  extra: readonly Ppn[];
}

/** Where a page is. Conservation: every managed page has exactly one. */
export type PageClass =
  | 'free'
  | 'user'
  | 'table'
  | 'trapframe'
  | 'kstack'
  | 'kernel-table'
  | 'pipe'
  | 'kernel'
  | 'lost';

export interface FreeListReading {
  /** number of well-formed nodes */
  length: number;
  /** first thing wrong with the list: a cycle, a node outside managed memory, misaligned, listed twice */
  problem: string | undefined;
  problemPage: Pa | undefined;
}

export interface OwnershipSnapshot {
  /** managed pages: [firstPpn, endPpn) */
  firstPpn: Ppn;
  endPpn: Ppn;
  processes: readonly ObservedProcess[];
  freelist: FreeListReading;
  /** pages held by pipes, one each */
  pipes: readonly Ppn[];
  /** class of one managed page */
  classOf(page: Ppn): PageClass;
  /** is the page on a free list? */
  isFree(page: Ppn): boolean;
  /** user mappings of a page: process-table index and va; empty when none */
  ownersOf(page: Ppn): readonly { index: number; va: Va }[];
  /** the kernel's reference count of the page, corrected to mean "mappings"; undefined without counts */
  refcount(page: Ppn): number | undefined;
  /** pages in two classes or in none, with both claims; empty when conservation holds */
  conflicts: readonly { page: Ppn; claims: readonly string[] }[];
}
