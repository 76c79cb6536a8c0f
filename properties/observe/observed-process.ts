import type { Mapping, ObservedProcess } from '../../spec/ownership.ts';
import { PTE_R, PTE_U, PTE_W, PTE_X } from '../../spec/sv39.ts';
import { PAGE_BYTES, type Ppn, pid, ppn, va as toVa } from '../../spec/units.ts';
import { TRAPFRAME } from '../../spec/xv6.ts';
import type { GuestWords } from './guest-words.ts';
import { kernelTableListener } from './kernel-table.ts';
import type { ManagedPages } from './managed-pages.ts';
import { CLAIM, type PageClaims } from './page-claims.ts';
import type { PageTable, PageTableForest, TableListener } from './page-table-forest.ts';
import { type ProcRow, samePages } from './process-table.ts';
import { rswOf } from './sv39.ts';

/** What a mapping permits; the rest of an entry's low bits says whether and how it was used. */
const PERMISSIONS = PTE_R | PTE_W | PTE_X | PTE_U;

/** Owners of user pages: process-table index and virtual address, by page number. */
export type Owners = Map<number, { index: number; va: ReturnType<typeof toVa> }[]>;

/** What processes are read into. */
export interface World {
  readonly forest: PageTableForest;
  readonly claims: PageClaims;
  readonly managed: ManagedPages;
  readonly owners: Owners;
}

/** One process in the observer's memory, from its appearance in the table to its disappearance. */
export interface TrackedProcess {
  readonly row: ProcRow;
  /** Takes in a new row; replants what it points to where that differs. */
  update(row: ProcRow): void;
  /** Reads its page tables anew if they could not be walked: what was wrong may be right again. */
  retryDamaged(): void;
  /** Drops all its claims. */
  remove(): void;
  /** Did row or mappings change since `observed` was last called? */
  readonly changed: boolean;
  /** The process as the snapshot shows it; the same object while nothing changes. */
  observed(parentPid: number | undefined): ObservedProcess;
  readonly tables: readonly PageTable[];
}

export function trackProcess(
  world: World,
  guest: GuestWords,
  index: number,
  first: ProcRow,
): TrackedProcess {
  const { forest, claims, managed } = world;
  const mappings = new Map<number, Mapping>();
  const tablePages = new Map<number, number>();
  let row = first;
  let extra: readonly Ppn[] = [];
  let trees: PageTable[] = [];
  let dirty = true;
  /** the mappings by address; undefined where one changed since it was made */
  let sorted: Mapping[] | undefined;
  let shown: ObservedProcess | undefined;

  const userTable: TableListener = {
    table,
    leaf(va, page, low, present) {
      dirty = true;
      if (isSpecial(va, page, low)) return;
      sorted = undefined;
      if (present) addMapping(va, page, low);
      else removeMapping(va, page);
    },
  };
  // A kernel page table of the process's own: it maps the kernel and user pages without owning them, and may
  // share tables with the kernel's.
  const kernelTable = kernelTableListener(claims, (page) => page * PAGE_BYTES === row.trapframe);

  function table(page: number, present: boolean): void {
    dirty = true;
    const known = (tablePages.get(page) ?? 0) + (present ? 1 : -1);
    if (known === 0) tablePages.delete(page);
    else tablePages.set(page, known);
    if (present) claims.add(page, CLAIM.table);
    else claims.remove(page, CLAIM.table);
  }

  /** The trampoline, the trapframe and further pages of the process are mapped, but not as user memory. */
  function isSpecial(va: number, page: number, low: number): boolean {
    const pa = page * PAGE_BYTES;
    if (extra.includes(ppn(page))) return true;
    if (low & PTE_U) return false;
    const outside = page < managed.first || page >= managed.end;
    return pa === row.trapframe || (outside && va >= TRAPFRAME);
  }

  function addMapping(va: number, page: number, low: number): void {
    const flags = low & PERMISSIONS;
    mappings.set(va, { va: toVa(va), ppn: ppn(page), flags, rsw: rswOf(low) });
    claims.add(page, CLAIM.user);
    const list = world.owners.get(page);
    const owner = { index, va: toVa(va) };
    if (list === undefined) world.owners.set(page, [owner]);
    else list.push(owner);
  }

  function removeMapping(va: number, page: number): void {
    mappings.delete(va);
    claims.remove(page, CLAIM.user);
    const list = world.owners.get(page)!;
    if (list.length === 1) world.owners.delete(page);
    else {
      list.splice(
        list.findIndex((owner) => owner.index === index && owner.va === va),
        1,
      );
    }
  }

  function hold(): void {
    claims.add(pageOf(row.trapframe), CLAIM.trapframe);
    extra = extraPages(row, managed);
    for (const page of extra) claims.add(page, CLAIM.extra);
    trees = row.pagetable === 0 ? [] : [forest.plant(guest, row.pagetable, userTable)];
    for (const root of row.extraTables) {
      if (root !== 0 && root !== row.pagetable) trees.push(forest.plant(guest, root, kernelTable));
    }
  }

  function release(): void {
    for (const tree of trees) forest.fell(tree);
    trees = [];
    for (const page of extra) claims.remove(page, CLAIM.extra);
    extra = [];
    claims.remove(pageOf(row.trapframe), CLAIM.trapframe);
  }

  hold();
  return {
    get row() {
      return row;
    },
    get changed() {
      return dirty;
    },
    get tables() {
      return trees;
    },
    update(next) {
      if (next === row) return;
      dirty = true;
      if (samePages(row, next)) {
        row = next;
        return;
      }
      release();
      row = next;
      hold();
    },
    retryDamaged() {
      if (trees.every((tree) => tree.damaged === undefined)) return;
      release();
      hold();
    },
    remove: release,
    observed(parentPid) {
      if (shown !== undefined && !dirty && shown.parentPid === parentPid) return shown;
      dirty = false;
      sorted ??= [...mappings.values()].sort((a, b) => a.va - b.va);
      const { state, killed, sizeBytes, trapframe } = row;
      shown = {
        index,
        pid: pid(row.pid),
        parentPid: parentPid === undefined ? undefined : pid(parentPid),
        state,
        killed,
        sizeBytes,
        mappings: sorted,
        tables: [...tablePages.keys()].map((page) => ppn(page)),
        trapframe: trapframe === 0 ? undefined : ppn(pageOf(trapframe)),
        extra,
      };
      return shown;
    },
  };
}

function pageOf(address: number): number {
  return Math.floor(address / PAGE_BYTES);
}

/** Which words of struct proc hold whole pages of allocator memory. */
function extraPages(row: ProcRow, managed: ManagedPages): readonly Ppn[] {
  const pages = new Set<number>();
  for (const value of [...row.extra, row.kstack]) {
    const page = value / PAGE_BYTES;
    const isPage = Number.isInteger(page) && page >= managed.first && page < managed.end;
    if (isPage && value !== row.trapframe && value !== row.pagetable) pages.add(page);
  }
  return [...pages].map((page) => ppn(page));
}
