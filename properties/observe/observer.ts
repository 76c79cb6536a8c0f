import type { FreeListReading, PageClass } from '../../spec/ownership.ts';
import { PAGE_BYTES, type Ppn, ppn } from '../../spec/units.ts';
import type { CountsScheme, KernelLayout, Observation, ObservedMemory, Observer } from './api.ts';
import { countAt, searchCounts } from './counts-search.ts';
import { describeClaims } from './describe-claims.ts';
import { checkAssumptions, firstNotes } from './first-look.ts';
import { freeLists } from './free-lists.ts';
import { type GuestWords, guestWords } from './guest-words.ts';
import { kernelHeld } from './kernel-held.ts';
import { kernelTableListener } from './kernel-table.ts';
import { type ManagedPages, managedPages } from './managed-pages.ts';
import { type Owners, type TrackedProcess, trackProcess, type World } from './observed-process.ts';
import { CLAIM, pageClaims } from './page-claims.ts';
import { type PageTable, pageTableForest } from './page-table-forest.ts';
import { pipePages } from './pipe-pages.ts';
import { readProc, writtenEntries } from './process-table.ts';

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

/**
 * Watches one kernel's memory. The kernel must have set up its allocator and page tables; the usual moment is
 * when the first process has reached user mode.
 */
export function createObserver(layout: KernelLayout, memory: ObservedMemory): Observer {
  const guest = guestWords(memory);
  const managed = managedPages(layout, guest);
  const shared: Shared = { guest, managed, layout, memory, counts: undefined };
  let reading = freshReading(shared);
  let mark: number | undefined;

  function observe(): Observation {
    guest.refresh();
    const written = mark === undefined ? new Uint32Array(0) : memory.writtenSince(mark);
    mark = memory.mark();
    return reading.update(written);
  }

  return {
    layout,
    managed: { first: ppn(managed.first), end: ppn(managed.end) },
    observe,
    reread() {
      reading = freshReading(shared, reading);
      return observe();
    },
    get counts() {
      return shared.counts;
    },
    get notes() {
      return reading.notes;
    },
  };
}

/** What outlives a full re-reading. */
interface Shared {
  readonly guest: GuestWords;
  readonly managed: ManagedPages;
  readonly layout: KernelLayout;
  readonly memory: ObservedMemory;
  counts: CountsScheme | undefined;
}

interface Reading {
  readonly notes: readonly string[];
  readonly held: ReturnType<typeof kernelHeld>;
  update(written: Uint32Array): Observation;
}

/** An observer's memory of the guest, empty until the first update. */
function freshReading(shared: Shared, before?: Reading): Reading {
  const { guest, managed, layout } = shared;
  const claims = pageClaims(managed);
  const owners: Owners = new Map();
  const forest = pageTableForest();
  const lists = freeLists(layout.freelists, managed, claims);
  const pipes = pipePages(layout.fileTable, claims);
  const held = before?.held ?? kernelHeld(layout.roots, managed);
  const world: World = { forest, claims, managed, owners };
  const processes = new Map<number, TrackedProcess>();
  let notes: readonly string[] = [];
  let kernelTable: PageTable | undefined;
  let isFirst = true;
  let freelist: FreeListReading = { length: 0, problem: undefined, problemPage: undefined };
  let kernelPages: readonly Ppn[] = [];
  let lostPages: ReadonlySet<number> = new Set();

  function update(written: Uint32Array): Observation {
    const before = new Set(processes.keys());
    updateProcesses(written);
    for (const tracked of processes.values()) tracked.retryDamaged();
    updateKernelTable();
    forest.update(guest, written);
    freelist = lists.update(guest, written);
    pipes.update(guest, written);
    const changedPages = claims.settle();
    classifyRest(changedPages);
    findCounts();
    const observed = observation(changedPages, before);
    if (isFirst) {
      checkAssumptions(layout, guest, observed.processes);
      notes = firstNotes(observed, held.unexplained);
    }
    isFirst = false;
    return observed;
  }

  function updateProcesses(written: Uint32Array): void {
    const all = () => Array.from({ length: layout.proc.count }, (_, index) => index);
    for (const index of isFirst ? all() : writtenEntries(layout.proc, written)) {
      const row = readProc(guest, layout.proc, index);
      const tracked = processes.get(index);
      if (row === undefined) {
        tracked?.remove();
        processes.delete(index);
      } else if (tracked !== undefined) tracked.update(row);
      else processes.set(index, trackProcess(world, guest, index, row));
    }
  }

  function updateKernelTable(): void {
    const root = layout.kernelPagetable === undefined ? 0 : guest.u64(layout.kernelPagetable);
    if (kernelTable?.root === root && kernelTable.damaged === undefined) return;
    if (kernelTable !== undefined) forest.fell(kernelTable);
    const listener = kernelTableListener(claims, noPage);
    kernelTable = root === 0 ? undefined : forest.plant(guest, root, listener);
  }

  function classifyRest(changedPages: number[]): void {
    const { held: kept, lost } = held.classify(guest, claims.unclaimed);
    kernelPages = kept.map((page) => ppn(page));
    const now = new Set(lost);
    for (const page of lost) if (!lostPages.has(page)) changedPages.push(page);
    lostPages = now;
  }

  function findCounts(): void {
    if (shared.counts !== undefined || layout.counts.length === 0) return;
    const mapped = new Map<number, number>();
    for (const [page, list] of owners) mapped.set(page, list.length);
    const known = { mapped, isFree: lists.isFree };
    shared.counts = searchCounts(guest, layout.counts, managed, known, layout.countsNamed);
  }

  function classOf(page: Ppn): PageClass {
    const kind = claims.soleKind(page);
    if (kind >= 0) return CLASSES[kind]!;
    if (kind === -1) return lostPages.has(page) ? 'lost' : 'kernel';
    // In conflict: what the process or the kernel uses it for says more than the free list.
    const used = Object.values(CLAIM).find((k) => k !== CLAIM.free && claims.count(page, k) > 0);
    return CLASSES[used ?? CLAIM.free]!;
  }

  function observation(changedPages: readonly number[], before: Set<number>): Observation {
    const changedProcesses: number[] = [];
    for (const [index, tracked] of processes) {
      if (tracked.changed || !before.delete(index)) changedProcesses.push(index);
      before.delete(index);
    }
    changedProcesses.push(...before);
    const pidOf = (index: number | undefined) =>
      index === undefined ? undefined : processes.get(index)?.row.pid;
    const observed = [...processes.keys()]
      .sort((a, b) => a - b)
      .map((index) => {
        const tracked = processes.get(index)!;
        return tracked.observed(pidOf(tracked.row.parentIndex));
      });
    const trees = [...processes.values()].flatMap((p) => p.tables);
    if (kernelTable !== undefined) trees.push(kernelTable);
    const damaged = trees.filter((tree) => tree.damaged !== undefined);
    return {
      firstPpn: ppn(managed.first),
      endPpn: ppn(managed.end),
      processes: observed,
      freelist,
      pipes: pipes.pages,
      classOf,
      isFree: (page) => lists.isFree(page),
      ownersOf: (page) => owners.get(page) ?? NOBODY,
      refcount(page) {
        const scheme = shared.counts;
        const value = scheme && countAt(guest, scheme, page);
        return value === undefined ? undefined : value - scheme!.bias;
      },
      conflicts: conflicts(observed, damaged),
      changedPages: changedPages.map((page) => ppn(page)),
      changedProcesses,
      kernelPages,
      damagedTables: damaged.map((tree) => tree.damaged!),
    };
  }

  function conflicts(
    observed: Observation['processes'],
    damaged: readonly PageTable[],
  ): Observation['conflicts'] {
    if (claims.conflicting.size + lostPages.size + damaged.length === 0) return NOBODY;
    const said = (page: number) => describeClaims(page, claims, observed, owners);
    const pages = [...claims.conflicting, ...lostPages].sort((a, b) => a - b);
    return [
      ...pages.map((page) => ({ page: ppn(page), claims: said(page) })),
      ...damaged.map(({ root, damaged: why }) => {
        const page = Math.floor(root / PAGE_BYTES);
        return { page: ppn(page), claims: [...said(page), why!] };
      }),
    ];
  }

  return {
    get notes() {
      return notes;
    },
    held,
    update,
  };
}

const NOBODY: readonly never[] = [];
const noPage = () => false;
