import type { Hart, Machine, MachineOptions } from '../api.ts';
import { RAM_BASE } from '../layout.ts';
import { createMachine } from '../machine.ts';

/** A small machine without a kernel: tests write instructions and look at registers. */
export interface Bare {
  readonly machine: Machine;
  readonly hart: Hart;
  /** Writes 32-bit words from a physical address on. */
  words(pa: number, ...words: number[]): void;
  /** Writes 64-bit values. */
  longs(pa: number, ...values: bigint[]): void;
  /** Puts hart 0 at `pc` and executes one instruction. */
  step(pc?: bigint): void;
  /** Executes one instruction word at CODE with registers as given, in this privilege. */
  execute(word: number, registers?: Readonly<Record<number, bigint>>): void;
}

export const CODE = RAM_BASE + 0x1000;
export const DATA = RAM_BASE + 0x10_000;
/** machine-mode and supervisor-mode trap vectors of `bare` */
export const MTVEC = BigInt(RAM_BASE + 0x200);
export const STVEC = BigInt(RAM_BASE + 0x400);

export function bare(options: MachineOptions = {}): Bare {
  const machine = createMachine({ memoryBytes: 2 ** 20, tier: 'interpreter', ...options });
  for (const hart of machine.harts) {
    hart.setCsr('mtvec', MTVEC);
    hart.setCsr('stvec', STVEC);
    hart.pc = BigInt(CODE);
  }
  const hart = machine.harts[0]!;

  function words(pa: number, ...values: number[]): void {
    machine.memory.write(pa, new Uint8Array(Uint32Array.from(values).buffer));
  }

  function step(pc?: bigint): void {
    if (pc !== undefined) hart.pc = pc;
    machine.run(1);
  }

  return {
    machine,
    hart,
    words,
    longs(pa, ...values) {
      machine.memory.write(pa, new Uint8Array(BigUint64Array.from(values).buffer));
    },
    step,
    execute(word, registers = {}) {
      words(CODE, word);
      for (const [register, value] of Object.entries(registers)) {
        hart.setX(Number(register), value);
      }
      step(BigInt(CODE));
    },
  };
}

/** Did the last instruction trap into this mode? */
export const trapped = (hart: Hart): boolean => hart.pc === MTVEC || hart.pc === STVEC;
