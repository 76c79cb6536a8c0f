/** For tests: what a guest would show whose kernel did exactly what the model says. */
import type { Machine } from '../../emulator/machine/api.ts';
import { contentOf } from '../../model/frames.ts';
import { freePages, INIT, type ModelState, processOf } from '../../model/index.ts';
import { flagsOf, frameOf } from '../../model/page-map.ts';
import type { Mapping, ObservedProcess, OwnershipSnapshot } from '../../spec/ownership.ts';
import { pid, ppn, va } from '../../spec/units.ts';
import type { GuestSlot, GuestStep } from '../guest/api.ts';
import { pagesOf } from './pairing.ts';

const FIRST = 0x80100;
const PAGES = 512;
const PAGE = 4096;
const PTE_W = 4;

/** An observation that a test may change before it asks the checkers. */
export interface Mirror {
  observed: {
    -readonly [K in keyof OwnershipSnapshot]: OwnershipSnapshot[K];
  } & { processes: (ObservedProcess & { mappings: Mapping[] })[] };
  slots: GuestSlot[];
  machine: Machine;
  /** bytes of one page */
  page(number: number): Uint8Array;
}

/** Frame n of the model lies in page FIRST + n; counts are exact; everything else is free. */
export function mirror(state: ModelState): Mirror {
  const ram = new Uint8Array(PAGES * PAGE);
  const page = (number: number): Uint8Array =>
    ram.subarray((number - FIRST) * PAGE, (number - FIRST + 1) * PAGE);
  const owners = new Map<number, { index: number; va: Mapping['va'] }[]>();
  const processes = state.processes
    .filter(({ status }) => status !== 'gone')
    .map(({ slot, pages, status, sizeBytes }) => {
      const mappings = pagesOf(pages).map(([at, entry]): Mapping => {
        const number = FIRST + frameOf(entry);
        page(number).set(contentOf(state.frames, frameOf(entry)).bytes);
        owners.set(number, [...(owners.get(number) ?? []), { index: slot + 1, va: va(at) }]);
        return { va: va(at), ppn: ppn(number), flags: flagsOf(entry), rsw: 0 };
      });
      return observedProcess(slot, status === 'zombie', sizeBytes, mappings);
    });
  for (const { mappings } of processes) {
    for (const mapping of mappings) {
      if ((owners.get(mapping.ppn)?.length ?? 0) > 1) mapping.flags &= ~PTE_W;
    }
  }
  const observed: Mirror['observed'] = {
    firstPpn: ppn(FIRST),
    endPpn: ppn(FIRST + PAGES),
    processes,
    freelist: { length: freePages(state), problem: undefined, problemPage: undefined },
    pipes: [],
    classOf: (number) => (owners.has(number) ? 'user' : 'free'),
    isFree: (number) => !owners.has(number),
    ownersOf: (number) => owners.get(number) ?? [],
    refcount: (number) => owners.get(number)?.length,
    conflicts: [],
  };
  const slots = state.processes
    .filter(({ slot }) => slot !== INIT)
    .map(({ slot, status, blocked }) => ({
      index: slot + 1,
      pid: slot + 3,
      live: status === 'live',
      blocked: blocked !== undefined,
      fresh: false,
    }));
  const machine = { memory: { base: FIRST * PAGE, bytes: () => ram }, harts: [] };
  return { observed, slots, machine: machine as unknown as Machine, page };
}

function observedProcess(slot: number, zombie: boolean, sizeBytes: number, mappings: Mapping[]) {
  return {
    index: slot + 1,
    pid: pid(slot === INIT ? 1 : slot + 3),
    parentPid: undefined,
    state: zombie ? ('zombie' as const) : ('runnable' as const),
    killed: false,
    sizeBytes,
    mappings,
    tables: [],
    trapframe: undefined,
    extra: [],
  };
}

/** What the guest shows when the outcome's result is what came. */
export const quietStep = (result: GuestStep['result']): GuestStep => ({
  result,
  completions: [],
  firstReturns: [],
  created: undefined,
  ended: [],
  allocations: 0,
  failed: false,
  freed: [],
  printed: new Uint8Array(0),
  insns: 0,
});

/** The page of a process at `at`. */
export function pageAt(state: ModelState, slot: number, at: number): number {
  const found = pagesOf(processOf(state, slot).pages).find(([address]) => address === at);
  if (found === undefined) throw new Error(`pageAt: s${slot} has no page at 0x${at.toString(16)}`);
  return FIRST + frameOf(found[1]);
}
