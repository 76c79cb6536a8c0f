import { describe, expect, test } from 'vitest';
import { PAGE_BYTES } from '../../spec/units.ts';
import { KERNBASE } from '../../spec/xv6.ts';
import type { CountsCandidate, ObservedMemory } from './api.ts';
import { countAt, searchCounts } from './counts-search.ts';
import { guestWords } from './guest-words.ts';

const RAM_BYTES = 8 * 1024 * 1024;
const BASE_PAGE = KERNBASE / PAGE_BYTES;
const MANAGED = { first: BASE_PAGE + 1024, end: BASE_PAGE + RAM_BYTES / PAGE_BYTES };
const ARRAY = KERNBASE + 0x1000;

/** The ways of counting seen in real kernels: index of a page, type of a count, value for n mappings. */
const INDEXES: Record<string, (page: number) => number> = {
  'from KERNBASE': (page) => page - BASE_PAGE,
  'from end': (page) => page - MANAGED.first,
  'down from PHYSTOP': (page) => MANAGED.end - page,
  'down from the last page': (page) => MANAGED.end - 1 - page,
};
const TYPES = {
  bytes: { strideBytes: 1, count: { offset: 0, sizeBytes: 1, signed: false } },
  ints: { strideBytes: 4, count: { offset: 0, sizeBytes: 4, signed: true } },
  uint64s: { strideBytes: 8, count: { offset: 0, sizeBytes: 8, signed: false } },
  'structs with a lock': { strideBytes: 32, count: { offset: 24, sizeBytes: 4, signed: true } },
};

function memoryWith(write: (view: DataView) => void): ObservedMemory {
  const bytes = new Uint8Array(RAM_BYTES);
  write(new DataView(bytes.buffer));
  const nothing = new Uint32Array(0);
  return {
    base: KERNBASE,
    sizeBytes: RAM_BYTES,
    bytes: () => bytes,
    mark: () => 0,
    writtenSince: () => nothing,
  };
}

function scene(
  type: keyof typeof TYPES,
  index: keyof typeof INDEXES,
  bias: number,
  shared: boolean,
) {
  const mapped = new Map<number, number>();
  for (let i = 0; i < 12; i++) mapped.set(MANAGED.first + i * i + 7, shared ? 1 + (i % 3) : 1);
  const { strideBytes, count } = TYPES[type];
  const candidate: CountsCandidate = {
    name: 'counts',
    address: ARRAY,
    indirect: false,
    strideBytes,
    count,
    length: 2048,
  };
  const decoy = { ...candidate, name: 'decoy', address: ARRAY + 0x80000 };
  const memory = memoryWith((view) => {
    for (const [page, mappings] of mapped) {
      const at = ARRAY - KERNBASE + INDEXES[index]!(page) * strideBytes + count.offset;
      view.setUint8(at, mappings + bias);
    }
  });
  const known = { mapped, isFree: (page: number) => !mapped.has(page) };
  const guest = guestWords(memory);
  return {
    guest,
    mapped,
    candidate,
    search: () => searchCounts(guest, [decoy, candidate], MANAGED, known, false),
  };
}

describe('counts are found by their agreement with the mappings', () => {
  const all = Object.keys(TYPES).flatMap((type) =>
    Object.keys(INDEXES).map((index) => ({ type: type as keyof typeof TYPES, index })),
  );
  test.each(all)('$type, index $index', ({ type, index }) => {
    for (const shared of [false, true]) {
      const { guest, mapped, search } = scene(type, index, 0, shared);
      const scheme = search()!;
      expect(scheme.candidate.name).toBe('counts');
      for (const [page, mappings] of mapped) {
        expect(countAt(guest, scheme, page)! - scheme.bias).toBe(mappings);
      }
    }
  });

  test('mappings minus one: only a shared page shows it', () => {
    expect(scene('ints', 'from end', -1, false).search()).toBeUndefined();
    expect(scene('ints', 'from end', -1, true).search()).toMatchObject({ bias: -1 });
  });

  test('a flag that says which pages are in use is no count', () => {
    const { guest, mapped } = scene('bytes', 'from KERNBASE', 0, false);
    const twice = new Map([...mapped.keys()].map((page) => [page, 2]));
    const candidate = { ...scene('bytes', 'from KERNBASE', 0, false).candidate };
    const known = { mapped: twice, isFree: (page: number) => !mapped.has(page) };
    expect(searchCounts(guest, [candidate], MANAGED, known, false)).toBeUndefined();
  });

  test('arrays that disagree are not taken', () => {
    expect(scene('ints', 'from end', 3, true).search()).toBeUndefined();
    expect(scene('bytes', 'from KERNBASE', 3, false).search()).toBeUndefined();
  });
});
