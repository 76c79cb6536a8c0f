/** What a correct kernel may choose freely, taken from what is seen in the guest. */
import { resolve, type Unknown } from './content.ts';
import {
  changedContents,
  contentOf,
  draftFrames,
  type FramesDraft,
  finishFrames,
  setContent,
} from './frames.ts';
import { frameOf, mappedPages, tablePages, withTables } from './page-map.ts';
import type { ModelState, Process } from './state.ts';

/** What `adopt` asks about the guest. */
export interface Evidence {
  /** pages that the page table of a process (live or zombie) occupies, root included */
  tablePages(slot: number): number | undefined;
  /** the 4096 bytes of the page mapped at `va` in a process; undefined when nothing is */
  readPage(slot: number, va: number): Uint8Array | undefined;
}

/** The state with every free choice resolved, or in a sentence why the guest's choice is not allowed. */
export type Adoption = { state: ModelState } | { problem: string };

/**
 * Resolves what a step left open: how many page-table pages a failed allocation left behind, and bytes
 * that the model could not predict. To be called on an outcome's state before the next step.
 * `before` limits the search for such bytes to what changed since.
 */
export function adopt(state: ModelState, evidence: Evidence, before?: ModelState): Adoption {
  let { free } = state;
  const processes: Process[] = [];
  for (const process of state.processes) {
    const adopted = adoptTables(process, evidence);
    if (typeof adopted === 'string') return { problem: adopted };
    free -= tablePages(adopted.pages) - tablePages(process.pages);
    processes.push(adopted);
  }
  const frames = adoptContents(state, evidence, before);
  if (typeof frames === 'string') return { problem: frames };
  return { state: { ...state, processes, frames, free } };
}

function adoptTables(process: Process, evidence: Evidence): Process | string {
  if (process.optionalTables.length === 0) return process;
  const needed = tablePages(process.pages);
  const seen = evidence.tablePages(process.slot) ?? needed;
  const kept = seen - needed;
  if (kept < 0 || kept > process.optionalTables.length) {
    const most = needed + process.optionalTables.length;
    return `s${process.slot}'s page table occupies ${seen} pages; ${needed} to ${most} are allowed`;
  }
  const pages = withTables(process.pages, process.optionalTables.slice(0, kept));
  return { ...process, pages, optionalTables: [] };
}

function adoptContents(
  state: ModelState,
  evidence: Evidence,
  before: ModelState | undefined,
): ModelState['frames'] | string {
  const open = openFrames(state, before);
  if (open.size === 0) return state.frames;
  const draft: FramesDraft = draftFrames(state.frames);
  for (const { slot, pages, status } of state.processes) {
    if (status === 'gone') continue;
    for (const [va, e] of mappedPages(pages)) {
      const frame = frameOf(e);
      if (!open.delete(frame)) continue;
      const actual = evidence.readPage(slot, va);
      if (!actual) return `s${slot}: nothing is mapped at 0x${va.toString(16)}`;
      const content = contentOf(state.frames, frame);
      const problem = content.unknown.map((part) => checkArguments(part, actual)).find(Boolean);
      if (problem) return `s${slot}: ${problem}`;
      setContent(draft, frame, resolve(content, actual));
    }
  }
  return finishFrames(draft);
}

/** Frames with unpredicted bytes. */
function openFrames(state: ModelState, before: ModelState | undefined): Set<number> {
  const nothing = { chunks: [], next: 1, live: 0 };
  const open = new Set<number>();
  for (const frame of changedContents(before?.frames ?? nothing, state.frames)) {
    if (contentOf(state.frames, frame).unknown.length > 0) open.add(frame);
  }
  return open;
}

/** Does the stack page hold exec's arguments and the array of pointers to them, wherever? */
function checkArguments({ argv }: Unknown, page: Uint8Array): string | undefined {
  if (!argv) return undefined;
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  const { va, args } = argv;
  const stringAt = (pointer: number, text: Uint8Array): boolean => {
    const at = pointer - va;
    if (!(at >= 0 && at + text.length < page.length)) return false;
    return text.every((byte, i) => page[at + i] === byte) && page[at + text.length] === 0;
  };
  for (let at = 0; at + 8 * (args.length + 1) <= page.length; at += 8) {
    const pointer = (i: number) => Number(view.getBigUint64(at + 8 * i, true));
    if (pointer(args.length) !== 0) continue;
    if (args.every((text, i) => stringAt(pointer(i), text))) return undefined;
  }
  return `the stack at 0x${va.toString(16)} does not hold exec's ${args.length} arguments`;
}
