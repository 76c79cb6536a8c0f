/**
 * The clauses as predicates on the model's own states: what must hold whatever the sequence. A
 * failure is a bug of the model, found by its tests and by exploration.
 */
import type { Clause } from '../spec/clause.ts';
import { PTE_W } from '../spec/sv39.ts';
import { refsOf } from './frames.ts';
import { flagsOf, frameOf, mappedPages, PROTECTED, tablePages } from './page-map.ts';
import type { ModelState } from './state.ts';

export interface InvariantFailure {
  clause: Clause;
  message: string;
}

/** Pages that the allocator manages, as the state accounts for them: constant along a sequence. */
export function accountedPages(state: ModelState): number {
  const held = state.processes
    .filter((p) => p.status !== 'gone')
    .reduce((sum, p) => sum + tablePages(p.pages) + state.pagesPerProcess, 0);
  const pipes = state.pipes.size * state.profile.pipePages;
  return state.free + held + pipes + state.frames.live;
}

/** The first clause that a state breaks; `totalPages` is `accountedPages` of the initial state. */
export function checkInvariants(
  state: ModelState,
  totalPages: number,
): InvariantFailure | undefined {
  return conservation(state, totalPages) ?? refcount(state) ?? permission(state);
}

function conservation(state: ModelState, total: number): InvariantFailure | undefined {
  const sum = accountedPages(state);
  if (sum !== total) return { clause: 'conservation', message: `${sum} of ${total} pages` };
  return state.free < 0 ? { clause: 'freelist', message: `length ${state.free}` } : undefined;
}

function refcount(state: ModelState): InvariantFailure | undefined {
  const counts = new Map<number, number>();
  for (const { pages } of state.processes) {
    let mapped = 0;
    for (const [, e] of mappedPages(pages)) {
      counts.set(frameOf(e), (counts.get(frameOf(e)) ?? 0) + 1);
      mapped++;
    }
    if (mapped !== pages.mapped) {
      return { clause: 'ownership', message: `${mapped} pages mapped, ${pages.mapped} counted` };
    }
  }
  for (const [frame, mappings] of counts) {
    const refs = refsOf(state.frames, frame);
    if (refs !== mappings) {
      return { clause: 'refcount', message: `frame ${frame}: ${refs} for ${mappings} mappings` };
    }
  }
  return counts.size === state.frames.live
    ? undefined
    : { clause: 'conservation', message: `${state.frames.live} frames, ${counts.size} mapped` };
}

/** A writable page that the hardware may write to has one owner; flags of the image never change. */
function permission(state: ModelState): InvariantFailure | undefined {
  const flagsByVa = new Map(state.image.pages.map((page) => [page.va, page.flags]));
  for (const { slot, pages } of state.processes) {
    for (const [va, e] of mappedPages(pages)) {
      const at = `s${slot} 0x${va.toString(16)}`;
      if (e & PTE_W && !(e & PROTECTED) && refsOf(state.frames, frameOf(e)) > 1) {
        return { clause: 'permission', message: `${at}: writable and shared` };
      }
      const flags = flagsByVa.get(va);
      const rewritten = flags !== undefined && flags & PTE_W ? false : flagsOf(e) & PTE_W;
      if (flags !== undefined && rewritten && state.profile.lazySbrk === 'never') {
        return { clause: 'permission', message: `${at}: became writable` };
      }
    }
  }
  return undefined;
}
