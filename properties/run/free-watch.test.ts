import { expect, test } from 'vitest';
import type { Access, Watches } from '../../emulator/machine/api.ts';
import type { Guest } from '../guest/api.ts';
import type { Observation } from '../observe/index.ts';
import { createFreeWatch } from './free-watch.ts';

const FREE = 3;
const USED = 4;

/** Three pages, of which one is free; a store by somebody who is not the allocator. */
function watching() {
  const watched = new Map<number, { store?: boolean }>();
  const watches: Watches = {
    set: (ppn, flags) => watched.set(ppn, flags),
    clear: () => watched.clear(),
    onAccess: undefined,
  };
  const guest = {
    machine: { watches },
    elf: { symbolAt: () => undefined },
    layout: { functions: {} },
    where: () => [{ function: 'memmove', file: 'string.c', line: 1 }],
  } as unknown as Guest;
  const observed = {
    firstPpn: 2,
    endPpn: 5,
    changedPages: [],
    isFree: (ppn: number) => ppn === FREE,
  } as unknown as Observation;
  const watch = createFreeWatch(guest);
  watch.sync(observed);
  const store = (ppn: number) =>
    watched.get(ppn)?.store &&
    watches.onAccess?.({ kind: 'store', pa: ppn * 4096, privilege: 1, hart: 0, pc: 0n } as Access);
  return { watch, observed, watched, store };
}

test.each([FREE, USED])('stores to page %d are told of, and free pages stay watched', (page) => {
  const { watch, observed, watched, store } = watching();
  const told: number[] = [];
  const before = new Map(watched);
  const stop = watch.tellStores(page, ({ pa }) => told.push(pa / 4096));
  expect(watched.get(page)).toMatchObject({ store: true });
  store(page);
  store(page === FREE ? USED : FREE);
  expect(told).toEqual([page]);
  expect(watch.take().map(({ ppn }) => ppn)).toEqual([FREE]);
  stop();
  watch.sync(observed);
  expect(watched).toEqual(before);
});
