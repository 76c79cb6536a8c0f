import { backtrace, type DebugInfo, type ElfFile } from '../../emulator/elf/index.ts';
import type { Machine } from '../../emulator/machine/api.ts';
import type { SourceLine } from '../../spec/result.ts';

const RA = 1;
const SP = 2;
const S0 = 8;

/**
 * Where a hart is in the kernel, innermost call first, inlined calls included. Reads through the
 * hart's own translation, as kernel stacks lie at virtual addresses.
 */
export function kernelFrames(
  machine: Machine,
  elf: ElfFile,
  debug: DebugInfo | undefined,
  hartIndex: number,
): SourceLine[] {
  const hart = machine.harts[hartIndex];
  if (hart === undefined) return [];
  const read = (address: number): number | undefined => {
    const pa = hart.translate(BigInt(address), 'load');
    return pa === undefined ? undefined : Number(machine.memory.readU64(pa));
  };
  const x = (register: number): number => Number(hart.x(register));
  const registers = { pc: Number(hart.pc), ra: x(RA), sp: x(SP), s0: x(S0) };
  return backtrace(elf, debug, registers, read).flatMap((frame) =>
    frame.lines.length > 0
      ? frame.lines.map(({ function: name, file, line }) => ({ function: name, file, line }))
      : [{ function: frame.function || '?', file: '', line: 0 }],
  );
}
