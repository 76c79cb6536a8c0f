import type { FreeListReading, PageClass } from '../../spec/ownership.ts';
import { PAGE_BYTES, type Ppn, ppn } from '../../spec/units.ts';
import type { KernelLayout, Observation } from './api.ts';
import type { CountsReader } from './counts-reader.ts';
import { describeClaims } from './describe-claims.ts';
import { freeLists } from './free-lists.ts';
import type { GuestWords } from './guest-words.ts';
import type { KernelHeld } from './kernel-held.ts';
import { kernelTableListener } from './kernel-table.ts';
import type { ManagedPages } from './managed-pages.ts';
import type { Owners, World } from './observed-process.ts';
import { CLAIM, pageClaims } from './page-claims.ts';
import { type PageTable, pageTableForest } from './page-table-forest.ts';
import { pipePages } from './pipe-pages.ts';
import { processSet } from './process-set.ts';

/** What a reading is made from, and what outlives it when everything is read anew. */
export interface ReadingContext {
  readonly layout: KernelLayout;
  readonly guest: GuestWords;
  readonly managed: ManagedPages;
  readonly held: KernelHeld;
  readonly counts: CountsReader;
}

/** An observer's memory of the guest: empty at first, then as of its last update. */
export interface Reading {
  /** @param written pages written since the last update; ignored by the first, which reads everything */
  update(written: Uint32Array): Observation;
}

const CLASSES: Record<number, PageClass> = {
  [CLAIM.free]: 'free',
  [CLAIM.user]: 'user',
  [CLAIM.table]: 'table',
  [CLAIM.trapframe]: 'trapframe',
  [CLAIM.kstack]: 'kstack',
  [CLAIM.kernelTable]: 'kernel-table',
  [CLAIM.pipe]: 'pipe',
  [CLAIM.extra]: 'kernel',
};

const NOBODY: readonly never[] = [];

export function freshReading({ layout, guest, managed, held, counts }: ReadingContext): Reading {
  const claims = pageClaims(managed);
  const owners: Owners = new Map();
  const forest = pageTableForest();
  const lists = freeLists(layout.freelists, managed, claims);
  const pipes = pipePages(layout.fileTable, claims);
  const world: World = { forest, claims, managed, owners };
  const processes = processSet(world, guest, layout.proc);
  let kernelTable: PageTable | undefined;
  let isFirst = true;
  let lostPages: ReadonlySet<number> = new Set();

  function update(written: Uint32Array): Observation {
    forest.begin();
    processes.update(isFirst ? undefined : written);
    updateKernelTable();
    forest.update(guest, written);
    const freelist = lists.update(guest, written);
    pipes.update(guest, written);
    isFirst = false;
    counts.search(owners, lists.isFree);
    return observation(freelist, claims.settle());
  }

  function updateKernelTable(): void {
    const root = layout.kernelPagetable === undefined ? 0 : guest.u64(layout.kernelPagetable);
    if (kernelTable?.root === root && kernelTable.damaged === undefined) return;
    if (kernelTable !== undefined) forest.fell(kernelTable);
    const listener = kernelTableListener(claims, () => false);
    kernelTable = root === 0 ? undefined : forest.plant(guest, root, listener);
  }

  function observation(freelist: FreeListReading, changedPages: number[]): Observation {
    const { list, changed } = processes.show();
    const { kept, lost } = held.classify(guest, claims.unclaimed);
    for (const page of lost) if (!lostPages.has(page)) changedPages.push(page);
    lostPages = lost;
    const damaged = [...processes.damaged(), ...(kernelTable?.damaged ? [kernelTable] : [])];
    return {
      firstPpn: ppn(managed.first),
      endPpn: ppn(managed.end),
      processes: list,
      freelist,
      pipes: pipes.pages,
      classOf,
      isFree: lists.isFree,
      ownersOf: (page) => owners.get(page) ?? NOBODY,
      refcount: counts.read,
      conflicts: conflicts(list, damaged),
      changedPages: changedPages as Ppn[],
      changedProcesses: changed,
      kernelPages: kept,
      damagedTables: damaged.map((tree) => tree.damaged!),
    };
  }

  function classOf(page: Ppn): PageClass {
    const kind = claims.soleKind(page);
    if (kind >= 0) return CLASSES[kind]!;
    if (kind === -1) return lostPages.has(page) ? 'lost' : 'kernel';
    // In conflict: what the process or the kernel uses it for says more than the free list.
    const used = Object.values(CLAIM).find((k) => k !== CLAIM.free && claims.count(page, k) > 0);
    return CLASSES[used ?? CLAIM.free]!;
  }

  function conflicts(
    list: Observation['processes'],
    damaged: readonly PageTable[],
  ): Observation['conflicts'] {
    if (claims.conflicting.size + lostPages.size + damaged.length === 0) return NOBODY;
    const said = (page: number) => describeClaims(page, claims, list, owners);
    const pages = [...claims.conflicting, ...lostPages].sort((a, b) => a - b);
    return [
      ...pages.map((page) => ({ page: ppn(page), claims: said(page) })),
      ...damaged.map(({ root, damaged: why }) => {
        const page = Math.floor(root / PAGE_BYTES);
        return { page: ppn(page), claims: [...said(page), why!] };
      }),
    ];
  }

  return { update };
}
