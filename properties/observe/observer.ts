import { ppn } from '../../spec/units.ts';
import type { KernelLayout, Observation, ObservedMemory, Observer } from './api.ts';
import { countsReader } from './counts-reader.ts';
import { checkAssumptions, firstNotes } from './first-look.ts';
import { guestWords } from './guest-words.ts';
import { kernelHeld } from './kernel-held.ts';
import { managedPages } from './managed-pages.ts';
import { freshReading, type ReadingContext } from './reading.ts';

/**
 * Watches one kernel's memory. The kernel must have set up its allocator and page tables; the usual moment is
 * when the first process has reached user mode.
 */
export function createObserver(layout: KernelLayout, memory: ObservedMemory): Observer {
  const guest = guestWords(memory);
  const managed = managedPages(layout, guest);
  const held = kernelHeld(layout.roots, managed);
  const counts = countsReader(layout, guest, managed);
  const context: ReadingContext = { layout, guest, managed, held, counts };
  let reading = freshReading(context);
  let notes: readonly string[] | undefined;
  let mark: number | undefined;

  function observe(): Observation {
    guest.refresh();
    const written = mark === undefined ? new Uint32Array(0) : memory.writtenSince(mark);
    mark = memory.mark();
    const observed = reading.update(written);
    if (notes === undefined) {
      checkAssumptions(layout, guest, observed.processes);
      notes = firstNotes(observed, held.unexplained);
    }
    return observed;
  }

  return {
    layout,
    managed: { first: ppn(managed.first), end: ppn(managed.end) },
    observe,
    reread() {
      reading = freshReading(context);
      return observe();
    },
    get counts() {
      return counts.scheme;
    },
    get notes() {
      return notes ?? [];
    },
  };
}
