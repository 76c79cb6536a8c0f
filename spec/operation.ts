/**
 * Operations as plain JSON: what a sequence is made of. A process is a slot modulo the number of live
 * agents, so a shortened sequence still means something; addresses are symbolic, so that a sequence
 * means the same on kernels that lay out an address space differently.
 */

/**
 * A user address: `region±0xoffset` or a raw `0x…` number. Regions: `text`, `text2`, `data`, `data1`,
 * `bss`, `guard`, `stack` (lowest address of the stack), `sp` (top of the stack), `heap` (first byte
 * above what exec made), `brk` (the current break), `trapframe`, `trampoline`, `maxva`, `kernel`
 * (KERNBASE), and names of the agent's strings and argument arrays (`str_f0`, `argv_one`, …).
 */
export type Address = string;

export type Width = 1 | 2 | 4 | 8;

interface Acting {
  /** which live process acts: slot modulo the number of live processes */
  proc: number;
}

/** Memory accesses made by user code. */
export type MemoryOperation =
  | (Acting & { op: 'load'; va: Address; width: Width })
  | (Acting & { op: 'store'; va: Address; width: Width; value: number })
  | (Acting & { op: 'amo'; kind: 'add' | 'swap' | 'or'; va: Address; width: 4 | 8; value: number })
  | (Acting & { op: 'lrsc'; va: Address; width: 4 | 8; value: number })
  /** jump there and come back */
  | (Acting & { op: 'fetch'; va: Address })
  /** store bytes over a range */
  | (Acting & { op: 'fill'; va: Address; length: number; value: number });

/** System calls. `fd` is a descriptor number as the program passes it. */
export type SyscallOperation =
  | (Acting & { op: 'fork' })
  | (Acting & { op: 'exit'; status: number })
  | (Acting & { op: 'wait'; va: Address })
  /** `target` is a slot modulo the live ones; −1 stands for a pid that does not exist */
  | (Acting & { op: 'kill'; target: number })
  | (Acting & { op: 'exec'; path: Address; argv: Address })
  | (Acting & { op: 'sbrk'; bytes: number; lazy?: boolean })
  | (Acting & { op: 'pipe'; va: Address })
  | (Acting & { op: 'read'; fd: number; va: Address; length: number })
  | (Acting & { op: 'write'; fd: number; va: Address; length: number })
  | (Acting & { op: 'open'; path: Address; mode: number })
  | (Acting & { op: 'close'; fd: number })
  | (Acting & { op: 'dup'; fd: number })
  | (Acting & { op: 'fstat'; fd: number; va: Address })
  | (Acting & { op: 'link'; from: Address; to: Address })
  | (Acting & { op: 'unlink'; path: Address })
  | (Acting & { op: 'mkdir'; path: Address })
  | (Acting & { op: 'chdir'; path: Address })
  | (Acting & { op: 'sleep'; ticks: number })
  | (Acting & { op: 'uptime' })
  | (Acting & { op: 'getpid' });

/** What the environment does: memory pressure, failing allocations, keys pressed at the console. */
export type EnvironmentOperation =
  /** the acting process takes memory (sbrk) until this many pages are free */
  | (Acting & { op: 'pressure'; freePages: number })
  /** the n-th page allocation from here fails (1 is the next one); holds until it happened */
  | { op: 'fail-alloc'; nth: number }
  /** these bytes (characters up to 0xff) arrive at the serial port, one after the other */
  | { op: 'type'; text: string };

export type Operation = MemoryOperation | SyscallOperation | EnvironmentOperation;

/** What a step is expected to do, as the model printed it when the sequence was kept. */
export interface Step {
  operation: Operation;
  /** expected result in words: `ok`, `-1`, `s1`, `killed`, `blocked`, `= 0x11` */
  expected?: string;
}

export interface Sequence {
  steps: Step[];
  /** what replaying must show: a clause, or `pass` */
  expects: string;
  /** free-form header lines: kernel, seed, page, message */
  notes: Record<string, string>;
}
