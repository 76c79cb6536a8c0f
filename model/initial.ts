/** The model's state of a booted machine: init alone, parked, as observed. */
import type { OwnershipSnapshot } from '../spec/ownership.ts';
import { pageRoundUp } from '../spec/sv39.ts';
import { PAGE_BYTES, type Ppn } from '../spec/units.ts';
import { type Content, known } from './content.ts';
import { type DiskFiles, lookupPath, makeDisk, ROOT } from './disk.ts';
import { addFrame, draftFrames, finishFrames, noFrames } from './frames.ts';
import { type Entry, emptyPageMap, entry, tablePages, withEntries } from './page-map.ts';
import type { Profile } from './profile.ts';
import { type Image, INIT, type ModelState, type Process } from './state.ts';
import { noDescriptors } from './transitions/descriptors.ts';

/** The agent: the program that every process runs. */
export interface AgentImage {
  /** loadable segments by virtual address */
  segments: readonly { va: number; bytes: Uint8Array; memoryBytes: number }[];
  symbols: ReadonlyMap<string, number>;
  /** the ELF file, which is `/init` on the disk */
  file: Uint8Array;
  /** other files of the image that operations may name: `/README`, `/console` */
  files: DiskFiles;
}

/** The observation does not show init alone as the model needs it; the message says what is missing. */
export class ModelError extends Error {
  override name = 'ModelError';
}

/**
 * Builds the state from the snapshot of a machine whose only process is the parked agent. Page
 * contents are those of the agent's segments; the stack's are read with `readPage`. Throws ModelError.
 */
export function initialState(
  profile: Profile,
  observed: OwnershipSnapshot,
  agent: AgentImage,
  readPage: (page: Ppn) => Uint8Array,
): ModelState {
  const [init, ...others] = observed.processes;
  if (!init || others.length > 0) {
    throw new ModelError(`expected init alone, found ${observed.processes.length} processes`);
  }
  const stackVa = pageRoundUp(init.sizeBytes) - profile.stackPages * PAGE_BYTES;
  const frames = draftFrames(noFrames);
  const pages: Image['pages'][number][] = [];
  const entries: [number, Entry][] = [];
  for (const { va, ppn, flags } of init.mappings) {
    const content = va >= stackVa ? known(readPage(ppn).slice()) : segmentPage(agent, va);
    pages.push({ va, flags, content: va >= stackVa ? known(new Uint8Array(PAGE_BYTES)) : content });
    entries.push([va, entry(addFrame(frames, content), flags)]);
  }
  const disk = makeDisk({ ...agent.files, '/init': agent.file });
  const process: Process = {
    slot: INIT,
    parent: INIT,
    status: 'live',
    exitStatus: 0,
    sizeBytes: init.sizeBytes,
    pages: withEntries(emptyPageMap, entries),
    optionalTables: [],
    descriptors: noDescriptors,
    cwd: ROOT,
  };
  if (init.tables.length !== tablePages(process.pages)) {
    const [has, needs] = [init.tables.length, tablePages(process.pages)];
    throw new ModelError(`init's page table occupies ${has} pages; its mappings need ${needs}`);
  }
  const file = disk.inodes.get(lookupPath(disk, ROOT, '/init')!)!.content;
  return {
    profile,
    image: { pages, sizeBytes: init.sizeBytes, stackVa, symbols: agent.symbols, file },
    pagesPerProcess: 1 + init.extra.length,
    processes: [process],
    frames: finishFrames(frames),
    free: observed.freelist.length,
    pipes: new Map(),
    files: new Map(),
    console: { ready: [], editing: [] },
    disk,
  };
}

/** What the segments put into one page; zeros where they say nothing. */
function segmentPage(agent: AgentImage, va: number): Content {
  const page = new Uint8Array(PAGE_BYTES);
  for (const { va: start, bytes } of agent.segments) {
    const from = Math.max(va, start);
    const to = Math.min(va + PAGE_BYTES, start + bytes.length);
    if (from < to) page.set(bytes.subarray(from - start, to - start), from - va);
  }
  return known(page);
}
