import { actingSlots, liveSlots, type ModelState } from '../../model/index.ts';
import type { Operation } from '../../spec/operation.ts';

/** How far an exploration goes. Everything within is visited. */
export interface ExploreBounds {
  /** processes at a time, those included that nobody has waited for yet */
  procs: number;
  /** pages of the heap that are stored to and loaded from; the first two are copied into */
  pages: number;
  /** operations in a row */
  depth: number;
}

/** Within these the headers of the mutants say what exploring shows; the depth is that of those it does not. */
export const MUTANT_BOUNDS: ExploreBounds = { procs: 3, pages: 2, depth: 3 };

const PAGE = 4096;
/** bytes of one copy out of the pipe */
const COPY_BYTES = 8;

/**
 * Makes the pages and the pipe that the explored operations work on; runs once, before depth 0. The
 * pipe holds enough for every read within the depth.
 */
export function preamble(bounds: ExploreBounds): Operation[] {
  return [
    { op: 'sbrk', proc: 0, bytes: bounds.pages * PAGE },
    { op: 'pipe', proc: 0, va: 'bss' },
    { op: 'write', proc: 0, fd: PIPE_WRITE, va: 'data', length: COPY_BYTES * bounds.depth },
  ];
}

/** Descriptors of the pipe: the agent starts with none open. */
const PIPE_READ = 0;
const PIPE_WRITE = 1;

/**
 * Every operation that is tried in a state: the COW operations on each page by each live process, a store
 * right after a load, and copies into the first page and across into the second. Which of them are enabled, the model says.
 */
export function alphabet(state: ModelState, bounds: ExploreBounds): Operation[] {
  const acting = actingSlots(state);
  const live = liveSlots(state);
  const unreaped = state.processes.filter(({ slot, status }) => slot >= 0 && status !== 'gone');
  return acting.flatMap((slot, proc) => [
    ...(unreaped.length < bounds.procs ? [{ op: 'fork', proc } as const] : []),
    { op: 'exit', proc, status: 0 } as const,
    { op: 'wait', proc, va: 'heap' } as const,
    { op: 'exec', proc, path: 'str_init', argv: 'argv_one' } as const,
    { op: 'sbrk', proc, bytes: -PAGE } as const,
    ...live.flatMap((other, target) => (other === slot ? [] : [kill(proc, target)])),
    ...pagesOf(bounds).flatMap((va): Operation[] => [
      { op: 'store', proc, va, width: 8, value: 1 },
      { op: 'load', proc, va, width: 8 },
    ]),
    loadAndStore(proc),
    read(proc, 'heap'),
    ...(bounds.pages > 1 ? [read(proc, ACROSS)] : []),
  ]);
}

/**
 * A store right after a load, with no way through the kernel between them: the translation that the load
 * left behind is met by the fault. As two operations they would be told apart by a TLB alone.
 */
const loadAndStore = (proc: number): Operation => ({
  op: 'lrsc',
  proc,
  va: 'heap',
  width: 8,
  value: 1,
});

const read = (proc: number, va: string): Operation => ({
  op: 'read',
  proc,
  fd: PIPE_READ,
  va,
  length: COPY_BYTES,
});

/** Half into the first page, half into the second. */
const ACROSS = `heap+0x${(PAGE - COPY_BYTES / 2).toString(16)}`;

const kill = (proc: number, target: number): Operation => ({ op: 'kill', proc, target });

const pagesOf = ({ pages }: ExploreBounds): string[] =>
  Array.from({ length: pages }, (_, i) => (i === 0 ? 'heap' : `heap+0x${(i * PAGE).toString(16)}`));
