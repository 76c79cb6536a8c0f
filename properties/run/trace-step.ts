import type { ModelState } from '../../model/index.ts';
import { frameOf } from '../../model/page-map.ts';
import type { OwnershipSnapshot } from '../../spec/ownership.ts';
import { PTE_R, PTE_U, PTE_W, PTE_X } from '../../spec/sv39.ts';
import type { TraceEvent, TraceFrame, TraceProcess } from '../../spec/trace.ts';
import { type Ppn, ppn } from '../../spec/units.ts';
import { INIT, type Sharing, slotName } from '../checkers/index.ts';
import { ownersInModel, pagesOf } from '../checkers/pairing.ts';
import type { AllocatorEvent, Guest } from '../guest/api.ts';

const PAGE = 4096;
/** Pages of one process that are shown; what a process of the sequence has is far less. */
const MOST_MAPPINGS = 64;

export const pageName = (page: number): string => `0x${(page * PAGE).toString(16)}`;

/** Processes of the sequence, init first, as the page shows them. */
export function traceProcesses(
  observed: OwnershipSnapshot,
  guest: Pick<Guest, 'slots' | 'initIndex'>,
): TraceProcess[] {
  const nameOf = new Map(guest.slots.map(({ pid }, at) => [pid, slotName(at)]));
  return observed.processes.map((process) => ({
    name: process.index === guest.initIndex ? slotName(INIT) : (nameOf.get(process.pid) ?? '?'),
    pid: process.pid,
    state: process.state,
    mappings: process.mappings.slice(0, MOST_MAPPINGS).map(({ va, ppn: page, flags, rsw }) => ({
      va,
      page: pageName(page),
      flags: `${letters(flags)}${rsw === 0 ? '-' : 'c'}`,
    })),
    tables: process.tables.map(pageName),
    ...(process.trapframe !== undefined && { trapframe: pageName(process.trapframe) }),
  }));
}

const letters = (flags: number): string =>
  [
    flags & PTE_R ? 'r' : '-',
    flags & PTE_W ? 'w' : '-',
    flags & PTE_X ? 'x' : '-',
    flags & PTE_U ? 'u' : '-',
  ].join('');

/** The pages that matter: those of the sequence's processes and those that anything happened to. */
export function traceFrames(
  observed: OwnershipSnapshot,
  sharing: Sharing,
  more: Iterable<number>,
  modelOwners: ReadonlyMap<number, string>,
): TraceFrame[] {
  const pages = new Set<number>(more);
  for (const mappings of sharing.mappings.values()) {
    for (const { ppn: page } of mappings) pages.add(page);
  }
  return [...pages]
    .filter((page) => page >= observed.firstPpn && page < observed.endPpn)
    .sort((a, b) => a - b)
    .map((page) => traceFrame(observed, sharing, ppn(page), modelOwners.get(page)));
}

function traceFrame(
  observed: OwnershipSnapshot,
  sharing: Sharing,
  page: Ppn,
  modelOwners: string | undefined,
): TraceFrame {
  const text = sharing.describeOwners(page);
  const owners = text === 'nobody' ? [] : text.split(', ');
  const count = observed.refcount(page);
  const differ = modelOwners !== undefined && modelOwners !== owners.join(', ');
  return {
    page: pageName(page),
    class: observed.isFree(page) ? 'free' : observed.classOf(page), // a free page may be mapped too
    owners,
    ...(differ && { modelOwners: modelOwners === '' ? [] : modelOwners.split(', ') }),
    ...(count !== undefined && { count }),
  };
}

/** Owners by physical page as the model has them, as far as both agree on what lies where. */
export function ownersByPage(state: ModelState | undefined, sharing: Sharing): Map<number, string> {
  const owners = new Map<number, string>();
  if (state === undefined) return owners;
  for (const process of state.processes) {
    const observed = sharing.mappings.get(process.slot) ?? [];
    const pageAt = new Map<number, number>(observed.map(({ va, ppn: page }) => [va, page]));
    for (const [va, entry] of pagesOf(process.pages)) {
      const page = pageAt.get(va);
      if (page === undefined || owners.has(page)) continue;
      owners.set(page, ownersInModel(state.processes, frameOf(entry)));
    }
  }
  return owners;
}

/**
 * What the step did to single pages: the allocator's events, and mappings that came or went. A page handed
 * to kfree that others still own is dropped, not freed.
 */
export function traceEvents(
  allocator: readonly AllocatorEvent[],
  before: Sharing,
  after: Sharing,
  observed: OwnershipSnapshot,
): TraceEvent[] {
  const events: TraceEvent[] = [];
  const changed = new Map<number, string>();
  for (const page of pagesIn(before, after)) {
    if (after.ownerCount(page) === before.ownerCount(page)) continue;
    changed.set(page, `${before.describeOwners(page)} → ${after.describeOwners(page)}`);
  }
  for (const { kind, pa, where } of allocator) {
    if (kind === 'refused') continue;
    const page = pa / PAGE;
    const kept = kind === 'freed' && !observed.isFree(ppn(page));
    const note = changed.get(page);
    changed.delete(page);
    events.push({
      page: pageName(page),
      kind: kept ? 'dropped' : kind,
      where,
      ...(note !== undefined && { note }),
    });
  }
  for (const [page, note] of changed) {
    const kind = after.ownerCount(page) > before.ownerCount(page) ? 'shared' : 'dropped';
    events.push({ page: pageName(page), kind, where: [], note });
  }
  return events;
}

function pagesIn(...sharings: readonly Sharing[]): Set<number> {
  const pages = new Set<number>();
  for (const { mappings } of sharings) {
    for (const list of mappings.values()) for (const { ppn: page } of list) pages.add(page);
  }
  return pages;
}
