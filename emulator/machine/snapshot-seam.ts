import type { SnapshotHost } from '../snapshot/snapshot-host.ts';
import type { CoreExports } from './exports.ts';
import {
  CORE,
  DEVICES_BASE,
  DEVICES_SIZE,
  HART_HASHED,
  hartAddress,
  type Layout,
  SAVED_BASE,
  STRICT_BASE,
  STRICT_STRIDE,
} from './layout.ts';
import type { Views } from './views.ts';

/** What snapshots ask of the core. */
export function snapshotHost(
  views: Views,
  layout: Layout,
  strict: boolean,
  core: CoreExports,
): SnapshotHost {
  const harts = Array.from({ length: layout.harts }, (_, index) => ({
    offset: hartAddress(index),
    sizeBytes: HART_HASHED,
  }));
  const globals = {
    offset: SAVED_BASE,
    sizeBytes: DEVICES_BASE + DEVICES_SIZE - SAVED_BASE,
  };
  const tlbs = { offset: STRICT_BASE, sizeBytes: layout.harts * STRICT_STRIDE };
  return {
    memory: views.memory,
    pagesOffset: layout.ram,
    pageCount: layout.pages,
    filledFrom: layout.ramPages,
    savedOffset: SAVED_BASE,
    savedBytes: layout.savedBytes,
    hashed: [globals, ...harts, ...(strict ? [tlbs] : [])],
    pageFlagsOffset: layout.pageFlags,
    dirtyListOffset: layout.dirtyList,
    dirtyCountOffset: CORE.dirtyCount,
    arenaOffset: layout.arena,
    dropWriteTranslations: () => core.dropWrites(-1),
    pagesReplaced: (list, count) => core.pagesReplaced(list, count),
    savedReplaced: () => core.savedReplaced(),
  };
}
