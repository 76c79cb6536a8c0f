import type { ObservedProcess } from '../../spec/ownership.ts';
import type { ProcLayout } from './api.ts';
import type { GuestWords } from './guest-words.ts';
import { type TrackedProcess, trackProcess, type World } from './observed-process.ts';
import type { PageTable } from './page-table-forest.ts';
import { readProc, writtenEntries } from './process-table.ts';

/** All processes of the kernel, read again where the table was written. */
export interface ProcessSet {
  /** @param written undefined to read the whole table */
  update(written: Uint32Array | undefined): void;
  /**
   * The processes by index, and the indices that changed, appeared or vanished since the last call. Called
   * after the page tables are up to date.
   */
  show(): { list: readonly ObservedProcess[]; changed: readonly number[] };
  /** Page tables that cannot be walked. */
  damaged(): readonly PageTable[];
}

export function processSet(world: World, guest: GuestWords, layout: ProcLayout): ProcessSet {
  const tracked: (TrackedProcess | undefined)[] = new Array(layout.count).fill(undefined);
  const everyIndex = tracked.map((_, index) => index);
  const appearedOrVanished = new Set<number>();

  function updateEntry(index: number): void {
    const process = tracked[index];
    const row = readProc(guest, layout, index, process?.row);
    if (row === undefined && process === undefined) return;
    if (row !== undefined && process !== undefined) {
      process.update(row);
      return;
    }
    process?.remove();
    tracked[index] = row && trackProcess(world, guest, index, row);
    appearedOrVanished.add(index);
  }

  function parentPidOf(process: TrackedProcess): number | undefined {
    const { parentIndex } = process.row;
    return parentIndex === undefined ? undefined : tracked[parentIndex]?.row.pid;
  }

  return {
    update(written) {
      const entries = written === undefined ? everyIndex : writtenEntries(layout, written);
      for (const index of entries) updateEntry(index);
      for (const process of tracked) process?.retryDamaged();
    },
    show() {
      const list: ObservedProcess[] = [];
      for (const [index, process] of tracked.entries()) {
        if (process === undefined) continue;
        if (process.changed) appearedOrVanished.add(index);
        list.push(process.observed(parentPidOf(process)));
      }
      const changed = [...appearedOrVanished];
      appearedOrVanished.clear();
      return { list, changed };
    },
    damaged() {
      const found: PageTable[] = [];
      for (const process of tracked) {
        for (const table of process?.tables ?? [])
          if (table.damaged !== undefined) found.push(table);
      }
      return found;
    },
  };
}
