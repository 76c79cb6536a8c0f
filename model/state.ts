/**
 * The state of the reference model: processes with their address spaces, frames with their counts and
 * contents, pipes, open files, the disk's tree, and the length of the free list. Immutable; a step
 * copies what it changes.
 */
import type { Content } from './content.ts';
import type { Disk } from './disk.ts';
import type { Frames } from './frames.ts';
import type { PageMap } from './page-map.ts';
import type { Profile } from './profile.ts';

/** The hidden parent of every sequence: it forks slot 0, reaps at the end, and never acts between. */
export const INIT = -1;

/** A system call that waits in the kernel. */
export type Blocked =
  | { op: 'wait'; va: number }
  | { op: 'pipe-read'; pipe: number; va: number; length: number }
  | { op: 'pipe-write'; pipe: number; va: number; length: number; done: number }
  /** `done` bytes of the read are in user memory already */
  | { op: 'console-read'; va: number; length: number; done: number }
  /** sleeps: only a kill ends it */
  | { op: 'forever' };

export interface Process {
  /** number in order of creation; INIT for the hidden parent */
  readonly slot: number;
  /** slot of the parent */
  readonly parent: number;
  /** `gone` once reaped: its number is not used again */
  readonly status: 'live' | 'zombie' | 'gone';
  readonly blocked?: Blocked | undefined;
  /** the kernel gives −1 to those it kills */
  readonly exitStatus: number;
  /** the break, in bytes */
  readonly sizeBytes: number;
  readonly pages: PageMap;
  /**
   * Page-table pages that a failed allocation may have left, in the order of their making: the first
   * few of them exist (numbered as by `missingTables`). `adopt` says how many.
   */
  readonly optionalTables: readonly number[];
  /** open-file number by descriptor; −1 is closed */
  readonly descriptors: readonly number[];
  /** inode of the current directory */
  readonly cwd: number;
}

export interface Pipe {
  readonly bytes: readonly number[];
  readonly readOpen: boolean;
  readonly writeOpen: boolean;
}

/** What was typed and not yet read. */
export interface ConsoleInput {
  /** whole lines, ends of input (control-D), and what had filled the buffer: may be read */
  readonly ready: readonly number[];
  /** the line that is still being typed */
  readonly editing: readonly number[];
}

export interface OpenFile {
  readonly kind: 'pipe' | 'inode' | 'console';
  /** pipe or inode number */
  readonly id: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly offset: number;
  /** descriptors that name it */
  readonly refs: number;
}

/** The program that every process runs, as exec maps it. */
export interface Image {
  readonly pages: readonly {
    readonly va: number;
    readonly flags: number;
    readonly content: Content;
  }[];
  /** break of a fresh process, in bytes */
  readonly sizeBytes: number;
  /** lowest address of the stack */
  readonly stackVa: number;
  readonly symbols: ReadonlyMap<string, number>;
  /** content of the file it comes from, as it stands on the disk at the start */
  readonly file: Content | undefined;
}

export interface ModelState {
  readonly profile: Profile;
  readonly image: Image;
  /** pages besides page table and user memory that each process holds: its trapframe and others */
  readonly pagesPerProcess: number;
  /** index 0 is init, index n + 1 is slot n */
  readonly processes: readonly Process[];
  readonly frames: Frames;
  /** length of the free list, as if every optional table were absent */
  readonly free: number;
  readonly pipes: ReadonlyMap<number, Pipe>;
  readonly files: ReadonlyMap<number, OpenFile>;
  readonly console: ConsoleInput;
  readonly disk: Disk;
}

/** The process of a slot (or INIT); throws when there was never one. */
export function processOf(state: Pick<ModelState, 'processes'>, slot: number): Process {
  const found = state.processes[slot + 1];
  if (!found) throw new Error(`processOf: there is no slot ${slot}`);
  return found;
}

/** Slots that live, waiting in the kernel or not, ascending. */
export const liveSlots = (state: ModelState): number[] =>
  state.processes.filter((p) => p.slot >= 0 && p.status === 'live').map((p) => p.slot);

/** Slots that can act, ascending. */
export const actingSlots = (state: ModelState): number[] =>
  state.processes
    .filter((p) => p.slot >= 0 && p.status === 'live' && !p.blocked)
    .map((p) => p.slot);

/** The slot that `proc: n` means: n modulo those that can act; undefined when none can. */
export function actingSlot(state: ModelState, n: number): number | undefined {
  const slots = actingSlots(state);
  return slots[modulo(n, slots.length)];
}

/** The slot that `kill`'s target means: n modulo the live ones; −1 (no process) when negative. */
export function targetSlot(state: ModelState, n: number): number {
  if (n < 0) return -1;
  const slots = liveSlots(state);
  return slots[modulo(n, slots.length)] ?? -1;
}

const modulo = (n: number, length: number): number => ((n % length) + length) % length;
