import { type DebugInfo, ElfError, readDebugInfo } from '../../emulator/elf/index.ts';
import { inspectKernel, type KernelLayout, LayoutError } from '../../properties/observe/index.ts';
import type { KernelInput } from '../inputs/kernel-input.ts';

/** One line of the report: what it is about, what was found, and whether that is what is needed. */
export interface Finding {
  what: string;
  found: string;
  /** false: something cannot be checked, `means` says what */
  good: boolean;
  means?: string;
}

/** What the ELF file alone tells; without a layout when the kernel cannot be observed at all. */
export function staticFindings(
  kernel: KernelInput,
  refcount: string | undefined,
): { findings: Finding[]; layout: KernelLayout | undefined } {
  const findings = [elfFinding(kernel)];
  try {
    const debug = readDebugInfo(kernel.elf);
    findings.push(debugFinding(debug));
    const layout = inspectKernel(kernel.elf, debug, refcount === undefined ? {} : { refcount });
    return { findings: [...findings, ...layoutFindings(layout)], layout };
  } catch (error) {
    if (error instanceof ElfError) {
      const found = `damaged, build the kernel anew: ${error.message}`;
      findings.push({ what: 'debug information', found, good: false });
      return { findings, layout: undefined };
    }
    if (!(error instanceof LayoutError)) throw error;
    const problems = error.problems.map(
      (problem): Finding => ({ what: 'structures', found: problem, good: false }),
    );
    return { findings: [...findings, ...problems], layout: undefined };
  }
}

function elfFinding({ elf }: KernelInput): Finding {
  const bytes = elf.segments.reduce((sum, { memorySizeBytes }) => sum + memorySizeBytes, 0);
  return {
    what: 'ELF',
    found: `RV64, entry 0x${elf.entry.toString(16)}, ${elf.segments.length} segments of ${bytes} bytes, ${elf.symbols.length} symbols`,
    good: true,
  };
}

function debugFinding(debug: DebugInfo | undefined): Finding {
  if (debug === undefined) {
    return {
      what: 'debug information',
      found: 'none',
      good: false,
      means: 'no source lines; structures are taken from known layouts; build with -g',
    };
  }
  return {
    what: 'debug information',
    found: `DWARF ${debug.version.join(', ')}`,
    good: true,
  };
}

/** Without types a variable is tried as integers of every size: it is named once. */
const variablesOf = (counts: KernelLayout['counts']): string[] => [
  ...new Set(counts.map(({ name }) => name.replace(/ as \d+-bit integers$/, ''))),
];

function layoutFindings(layout: KernelLayout): Finding[] {
  const { proc, freelists, functions, counts, timer, renamed, degraded } = layout;
  const missing = (['kalloc', 'kfree', 'usertrap', 'panic'] as const).filter(
    (name) => functions[name] === undefined,
  );
  return [
    {
      what: 'process table',
      found: `${proc.count} × ${proc.strideBytes} bytes at 0x${proc.address.toString(16)}`,
      good: true,
    },
    {
      what: 'free lists',
      found: freelists.map(({ name }) => name).join(', '),
      good: freelists.length > 0,
    },
    {
      what: 'functions',
      found:
        missing.length === 0
          ? 'kalloc, kfree, usertrap and panic found'
          : `not found: ${missing.join(', ')}`,
      good: missing.length === 0,
      ...(missing.length > 0 && {
        means: 'failing allocations, attribution or liveness cannot be seen through these',
      }),
    },
    {
      what: 'may be reference counts',
      found: counts.length === 0 ? 'none' : variablesOf(counts).join(', '),
      good: true,
    },
    { what: 'timer', found: timer, good: timer !== 'unknown' },
    { what: 'names', found: renamed ? 'of 2025 (kfork, kexit, …)' : 'until 2024', good: true },
    ...degraded.map((sentence): Finding => ({ what: 'degraded', found: sentence, good: false })),
  ];
}
