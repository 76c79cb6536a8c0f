import type { ObservedProcess } from '../../spec/ownership.ts';
import { PAGE_BYTES } from '../../spec/units.ts';
import { TRAPFRAME } from '../../spec/xv6.ts';
import { type KernelLayout, LayoutError, type Observation } from './api.ts';
import type { GuestWords } from './guest-words.ts';
import { leafAt } from './managed-pages.ts';

/**
 * Holds a layout that was assumed, not read from debug information, against memory: every process's page
 * table must map the trapframe that its entry names.
 * @throws LayoutError when it does not
 */
export function checkAssumptions(
  layout: KernelLayout,
  guest: GuestWords,
  processes: readonly ObservedProcess[],
): void {
  if (layout.debug !== undefined || layout.degraded.length === 0) return;
  const agree = processes.filter(({ index, trapframe }) => {
    const at = layout.proc.address + index * layout.proc.strideBytes;
    const root = guest.unsigned(at, layout.proc.pagetable);
    return trapframe !== undefined && leafAt(guest, root, TRAPFRAME / PAGE_BYTES) === trapframe;
  });
  if (agree.length > 0 && agree.length === processes.length) return;
  throw new LayoutError([
    'the kernel has no debug information and its struct proc is not laid out like xv6-riscv’s; build it with -ggdb, as xv6’s Makefile does',
  ]);
}

/** What looks odd in a kernel that has only booted, in sentences. */
export function firstNotes(
  observed: Observation,
  unexplained: ReadonlySet<number> | undefined,
): string[] {
  const notes: string[] = [];
  if (observed.freelist.problem !== undefined) notes.push(observed.freelist.problem);
  for (const { page, claims } of observed.conflicts) {
    notes.push(`page 0x${(page * PAGE_BYTES).toString(16)} is ${claims.join(' and ')}`);
  }
  const count = unexplained?.size ?? 0;
  if (count > 0) {
    notes.push(
      `${count} pages were taken before user mode and nothing found leads to them: counted as the kernel’s`,
    );
  }
  return notes;
}
