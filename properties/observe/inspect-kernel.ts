import type { DebugInfo, ElfFile } from '../../emulator/elf/index.ts';
import { PAGE_BYTES } from '../../spec/units.ts';
import { type InspectOptions, type KernelLayout, LayoutError, type ProcLayout } from './api.ts';
import { countsCandidates, untypedCandidates } from './counts-candidates.ts';
import { defaultFileTable, defaultFreelists, defaultProcLayout } from './default-layouts.ts';
import { fileTableLayout } from './file-table-layout.ts';
import { freelistHeads } from './freelist-layout.ts';
import { isRenamed, kernelFunctions, timerKind } from './kernel-functions.ts';
import { procLayout } from './proc-layout.ts';
import { type Extent, typedRoots, untypedRoots } from './root-words.ts';

/**
 * Finds what observing needs in a kernel's symbols and debug information.
 * @param debug undefined when the file has none: known layouts are then assumed and said in `degraded`
 * @throws LayoutError when the kernel cannot be observed, with every reason and its way out
 */
export function inspectKernel(
  elf: ElfFile,
  debug: DebugInfo | undefined,
  options: InspectOptions = {},
): KernelLayout {
  if (elf.symbols.length === 0) {
    throw new LayoutError([
      'the kernel is stripped: it has no symbols, so its data cannot be found; use the unstripped file that the link leaves (kernel/kernel)',
    ]);
  }
  const problems: string[] = [];
  const degraded: string[] = [];
  const proc = findProc(elf, debug, problems, degraded);
  const freelists = findFreelists(elf, debug, problems, degraded);
  const fileTable = findFileTable(elf, debug, degraded);
  const kernelPagetable = elf.symbol('kernel_pagetable')?.address;
  const end = elf.symbol('end')?.address ?? imageEnd(elf);
  const counts = chooseCounts(elf, debug, options.refcount, problems);
  if (problems.length > 0 || proc === undefined) throw new LayoutError(problems);
  const readElsewhere = [
    { address: proc.address, sizeBytes: proc.count * proc.strideBytes },
    ...freelists.map(({ address }) => ({ address, sizeBytes: 8 })),
    ...(fileTable
      ? [{ address: fileTable.address, sizeBytes: fileTable.count * fileTable.strideBytes }]
      : []),
    // Stacks and saved registers keep addresses of pages that were freed long ago.
    ...symbolExtents(elf, ['stack0', 'cpus']),
  ];
  return {
    elf,
    debug,
    firstManaged: Math.ceil(end / PAGE_BYTES) * PAGE_BYTES,
    proc,
    freelists,
    fileTable,
    kernelPagetable,
    counts,
    countsNamed: options.refcount !== undefined,
    roots: debug ? typedRoots(debug, readElsewhere) : untypedRoots(elf, readElsewhere),
    functions: kernelFunctions(elf),
    timer: timerKind(elf),
    renamed: isRenamed(elf),
    degraded,
  };
}

function findProc(
  elf: ElfFile,
  debug: DebugInfo | undefined,
  problems: string[],
  degraded: string[],
): ProcLayout | undefined {
  if (debug !== undefined) {
    const found = procLayout(debug);
    if ('address' in found) return found;
    problems.push(...found);
    return undefined;
  }
  const assumed = defaultProcLayout(elf);
  if (assumed === undefined) {
    problems.push(
      'the kernel has no debug information and no `proc` of a known size; build it with -ggdb, as xv6’s Makefile does',
    );
  } else {
    degraded.push(
      `no debug information: struct proc (${assumed.strideBytes} bytes) is assumed to be laid out as in xv6-riscv`,
    );
  }
  return assumed;
}

function findFreelists(
  elf: ElfFile,
  debug: DebugInfo | undefined,
  problems: string[],
  degraded: string[],
) {
  const typed = debug ? freelistHeads(debug) : [];
  if (typed.length > 0) return typed;
  const assumed = defaultFreelists(elf);
  if (assumed.length === 0) {
    problems.push(
      'no free list was found: no pointer to a `struct run` and no `kmem`; only list allocators like xv6’s can be observed',
    );
  } else degraded.push('the free list is assumed to stand behind a spinlock in `kmem`');
  return assumed;
}

function findFileTable(elf: ElfFile, debug: DebugInfo | undefined, degraded: string[]) {
  const found = debug ? fileTableLayout(debug) : defaultFileTable(elf);
  if (found === undefined) {
    degraded.push(
      'no table of open files was found: pages of pipes are counted as pages of the kernel',
    );
  } else if (debug === undefined)
    degraded.push('struct file is assumed to have its usual 40 bytes');
  return found;
}

function chooseCounts(
  elf: ElfFile,
  debug: DebugInfo | undefined,
  name: string | undefined,
  problems: string[],
) {
  const all = debug ? countsCandidates(debug) : untypedCandidates(elf);
  if (name === undefined) return all;
  const chosen = all.filter(
    (each) =>
      each.name === name ||
      (/^[. ]/.test(each.name.slice(name.length)) && each.name.startsWith(name)),
  );
  if (chosen.length === 0) {
    const names = all.map((each) => each.name).join(', ') || 'nothing';
    problems.push(
      `no integer array is called ${JSON.stringify(name)}; what could hold counts is ${names}`,
    );
  }
  return chosen;
}

function symbolExtents(elf: ElfFile, names: readonly string[]): Extent[] {
  return names.flatMap((name) => {
    const symbol = elf.symbol(name);
    return symbol ? [{ address: symbol.address, sizeBytes: symbol.sizeBytes }] : [];
  });
}

function imageEnd(elf: ElfFile): number {
  return Math.max(...elf.segments.map((s) => s.physicalAddress + s.memorySizeBytes));
}
