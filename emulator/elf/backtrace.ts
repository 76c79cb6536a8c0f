import { type CallFrames, readCallFrames } from './call-frames.ts';
import type { DebugInfo, SourceLine } from './debug-info.ts';
import { ElfError } from './elf-error.ts';
import type { ElfFile } from './elf-file.ts';

/** The registers that unwinding needs (RISC-V calling convention: ra is x1, sp x2, s0 x8). */
export interface UnwindRegisters {
  readonly pc: number;
  readonly ra: number;
  readonly sp: number;
  readonly s0: number;
}

export interface Frame {
  readonly pc: number;
  /** The symbol that covers pc, or '' in code without one. */
  readonly function: string;
  /** pc's distance from the symbol in bytes. */
  readonly offset: number;
  /** Source lines at pc, innermost inlined call first; empty without debug information. */
  readonly lines: readonly SourceLine[];
}

const MAX_FRAMES = 64;
const SP = 2;
const S0 = 8;

/**
 * The calls that lead to `registers.pc`, innermost first, by call frame information where the file has it
 * and by frame pointers elsewhere. Stops where the return address leaves the kernel's code.
 * @param readMemory the 64-bit value at a virtual address as the kernel sees it, undefined when unmapped
 */
export function backtrace(
  elf: ElfFile,
  debug: DebugInfo | undefined,
  registers: UnwindRegisters,
  readMemory: (address: number) => number | undefined,
): Frame[] {
  const callFrames = readCallFrames(elf);
  const frames: Frame[] = [];
  let current: UnwindRegisters | undefined = registers;
  while (current !== undefined && frames.length < MAX_FRAMES) {
    const innermost = frames.length === 0;
    // A return address may lie just behind its function when the call never returns.
    const lookUpAt: number = innermost ? current.pc : current.pc - 1;
    const found = elf.symbolAt(lookUpAt);
    if (!innermost && !found?.symbol.code) break;
    frames.push({
      pc: current.pc,
      function: found?.symbol.name ?? '',
      offset: found ? current.pc - found.symbol.address : 0,
      lines: linesAt(debug, lookUpAt),
    });
    const caller: UnwindRegisters | undefined = callerOf(
      elf,
      callFrames,
      current,
      lookUpAt,
      innermost,
      readMemory,
    );
    // Callers' frames lie above; anything else is a damaged stack.
    current = caller !== undefined && caller.sp >= current.sp ? caller : undefined;
  }
  return frames;
}

function linesAt(debug: DebugInfo | undefined, addr: number): readonly SourceLine[] {
  try {
    return debug?.where(addr) ?? [];
  } catch (error) {
    // A backtrace is printed when something is wrong already; damaged lines must not hide it.
    if (error instanceof ElfError) return [];
    throw error;
  }
}

function callerOf(
  elf: ElfFile,
  callFrames: CallFrames,
  registers: UnwindRegisters,
  lookUpAt: number,
  innermost: boolean,
  readMemory: (address: number) => number | undefined,
): UnwindRegisters | undefined {
  const row = callFrames.rowAt(lookUpAt);
  const known: Record<number, number> = { [SP]: registers.sp, [S0]: registers.s0 };
  const base = row?.cfa && known[row.cfa.register];
  if (row?.cfa === undefined || base === undefined) {
    return byFramePointer(elf, registers, innermost, readMemory);
  }
  const cfa = base + row.cfa.offset;
  const restored = (register: number, current: number | undefined) => {
    const offset = row.saved.get(register);
    return offset === undefined ? current : readMemory(cfa + offset);
  };
  // Only in the innermost frame is ra still the caller's when it was not saved.
  const pc = restored(row.returnRegister, innermost ? registers.ra : undefined);
  const s0 = restored(S0, registers.s0);
  if (pc === undefined || s0 === undefined || pc === 0) return undefined;
  return { pc, ra: pc, sp: cfa, s0 };
}

/** ra at s0 - 8 and the caller's s0 at s0 - 16; a leaf function keeps ra and stores s0 alone at s0 - 8. */
function byFramePointer(
  elf: ElfFile,
  registers: UnwindRegisters,
  innermost: boolean,
  readMemory: (address: number) => number | undefined,
): UnwindRegisters | undefined {
  const { s0, ra } = registers;
  if (s0 % 8 !== 0 || s0 === 0) return undefined;
  const isCode = (addr: number | undefined) =>
    addr !== undefined && addr !== 0 && (elf.symbolAt(addr - 1)?.symbol.code ?? false);
  const first = readMemory(s0 - 8);
  const second = readMemory(s0 - 16);
  if (first === undefined) return undefined;
  if (isCode(first)) {
    return second === undefined ? undefined : { pc: first, ra: first, sp: s0, s0: second };
  }
  return innermost && isCode(ra) ? { pc: ra, ra, sp: s0, s0: first } : undefined;
}
