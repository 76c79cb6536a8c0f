/**
 * What a failing run looked like, step by step: the data of the HTML page. Kept inside the result of
 * `check` and `replay` for the shrunk sequence only, so its size is bounded by that sequence.
 */
import type { PageClass } from './ownership.ts';
import type { SourceLine } from './result.ts';

/** One user mapping of a process after a step. Pages are physical addresses in hexadecimal. */
export interface TraceMapping {
  va: number;
  page: string;
  /** `r`, `w`, `x`, `u` or `-` in each place, and `c` where the kernel's COW mark is set: `r-xuc` */
  flags: string;
}

export interface TraceProcess {
  /** `init`, `s0`, `s1`, … */
  name: string;
  pid: number;
  state: string;
  mappings: TraceMapping[];
  /** page-table pages, root first */
  tables: string[];
  trapframe?: string;
}

/** One physical page that the sequence touched, after a step. */
export interface TraceFrame {
  page: string;
  /** `free` also where it is in use besides */
  class: PageClass;
  /** `s0@0x3000`, in order */
  owners: string[];
  /** owners according to the model; absent when it agrees */
  modelOwners?: string[];
  /** the kernel's count corrected to mean mappings; absent when the kernel keeps none */
  count?: number;
}

/** Something that happened to one page during a step. */
export interface TraceEvent {
  page: string;
  kind: 'allocated' | 'freed' | 'shared' | 'dropped' | 'written' | 'touched-while-free';
  /** who did it: the kernel's frames, innermost first */
  where: SourceLine[];
  note?: string;
}

export interface TraceStep {
  /** 1-based */
  step: number;
  operation: string;
  /** who acts; empty where nothing happens in the guest */
  actor: string;
  expected: string;
  received: string;
  freePages: { model: number; kernel: number };
  processes: TraceProcess[];
  frames: TraceFrame[];
  events: TraceEvent[];
  /** kernel instructions retired during the step */
  insns: number;
  /** what else is to be known: an allocation that will fail, or did */
  note?: string;
}

export interface Trace {
  steps: TraceStep[];
  /** 1-based first wrong step and the pages concerned */
  wrong?: { step: number; pages: string[] };
}
