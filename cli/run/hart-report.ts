import {
  backtrace,
  type DebugInfo,
  type ElfFile,
  type Frame,
  readDebugInfo,
} from '../../emulator/elf/index.ts';
import type { Hart, Machine } from '../../emulator/machine/api.ts';

const PRIVILEGES = { 0: 'user', 1: 'supervisor', 3: 'machine' } as const;
const hex = (value: bigint | number) => `0x${value.toString(16)}`;

/** Says where harts are, in the kernel's own terms. */
export interface HartReport {
  /** One line: `hart 0: supervisor, kfree at kernel/kalloc.c:61`. */
  line(hart: Hart): string;
  /** The line and the calls that led there. */
  calls(hart: Hart): string;
  /** Every hart with registers and calls. */
  all(): string;
}

function place(frame: Frame): string {
  const code = frame.function ? `${frame.function}+${hex(frame.offset)}` : 'code without a symbol';
  const at = frame.lines[0];
  return at?.file ? `${code} at ${at.file}:${at.line}` : `${code} (${hex(frame.pc)})`;
}

export function hartReport(machine: Machine, elf: ElfFile): HartReport {
  let debug: DebugInfo | undefined;
  let debugRead = false;
  // DWARF is read when a report is wanted: nobody waits for it otherwise
  function debugInfo(): DebugInfo | undefined {
    if (!debugRead) {
      debugRead = true;
      debug = readDebugInfo(elf);
    }
    return debug;
  }

  function frames(hart: Hart): Frame[] {
    const registers = {
      pc: Number(hart.pc),
      ra: Number(hart.x(1)),
      sp: Number(hart.x(2)),
      s0: Number(hart.x(8)),
    };
    return backtrace(elf, debugInfo(), registers, (va) => {
      const pa = hart.translate(BigInt(va), 'load');
      const { base, sizeBytes } = machine.memory;
      const inRam = pa !== undefined && pa >= base && pa + 8 <= base + sizeBytes;
      return inRam ? Number(machine.memory.readU64(pa)) : undefined;
    });
  }

  function heading(hart: Hart, where: string): string {
    const waiting = hart.waiting ? ', waiting for an interrupt' : '';
    return `hart ${hart.index}: ${PRIVILEGES[hart.privilege]}, ${where}${waiting}`;
  }

  function line(hart: Hart): string {
    if (hart.privilege === 0) return heading(hart, `in a program at ${hex(hart.pc)}`);
    return heading(hart, place(frames(hart)[0]!));
  }

  function calls(hart: Hart): string {
    if (hart.privilege === 0) return line(hart);
    const [innermost, ...callers] = frames(hart);
    const lines = [heading(hart, place(innermost!))];
    for (const inlinedInto of innermost!.lines.slice(1)) {
      lines.push(
        `    inlined in ${inlinedInto.function} at ${inlinedInto.file}:${inlinedInto.line}`,
      );
    }
    for (const caller of callers) lines.push(`    from ${place(caller)}`);
    return lines.join('\n');
  }

  function registers(hart: Hart): string {
    const names = ['satp', 'scause', 'sepc', 'stval', 'sstatus', 'sie', 'sip'];
    const csrs = names.map((name) => `${name} ${hex(hart.csr(name))}`).join('  ');
    return `    pc ${hex(hart.pc)}  ra ${hex(hart.x(1))}  sp ${hex(hart.x(2))}  ${csrs}`;
  }

  return {
    line,
    calls,
    all: () => machine.harts.map((hart) => `${calls(hart)}\n${registers(hart)}`).join('\n'),
  };
}
