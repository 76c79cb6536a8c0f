import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../machine/api.ts';
import { SnapshotFileError } from './snapshot-file.ts';
import { createSnapshots } from './snapshots.ts';
import { testHost } from './testing/test-host.ts';

const PAGES = 300;
const SAVED = 4096 + 768;
const HEADER = { harts: 1, memoryBytes: PAGES * 4096 };

type Step =
  | { do: 'write'; at: number; bytes: number[] }
  | { do: 'fill'; page: number; byte: number }
  | { do: 'saved'; at: number; byte: number }
  | { do: 'take' }
  | { do: 'restore' | 'release' | 'reload'; which: number }
  | { do: 'hash' }
  | { do: 'mark' };

const which = fc.nat(20);
// few pages, far apart: they meet in different levels of the tree, and again and again
const page = fc.constantFrom(0, 1, 15, 16, 17, 255, 256, PAGES - 1);
const byte = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(0, 1, 5) },
  { weight: 1, arbitrary: fc.nat(255) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      at: fc.tuple(page, fc.nat(4095)).map(([p, o]) => Math.min(p * 4096 + o, PAGES * 4096 - 16)),
      bytes: fc.array(byte, { minLength: 1, maxLength: 16 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fill' as const), page, byte }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('saved' as const), at: fc.nat(SAVED - 1), byte }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'take' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('restore' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reload' as const), which }) },
  { weight: 2, arbitrary: fc.constant({ do: 'hash' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'mark' as const }) },
);

interface Copy {
  pages: Uint8Array;
  saved: Uint8Array;
}

/** The same steps on a model that copies everything. */
function run(steps: readonly Step[]): void {
  const host = testHost(PAGES, SAVED);
  const snapshots = createSnapshots(host);
  const now = (): Copy => ({ pages: host.pages().slice(), saved: host.saved().slice() });
  const kept: { snapshot: Snapshot; copy: Copy }[] = [];
  const marks: { mark: number; pages: Uint8Array }[] = [];
  const hashes = new Map<bigint, string>();
  const states = new Map<string, bigint>();

  function checkHash(): void {
    const hash = snapshots.hash();
    const hashedPart = host.saved().subarray(0, SAVED - 64);
    const state = `${Buffer.from(host.pages()).toString('latin1')}${Buffer.from(hashedPart).toString('latin1')}`;
    expect(hashes.get(hash) ?? state).toBe(state);
    expect(states.get(state) ?? hash).toBe(hash);
    hashes.set(hash, state);
    states.set(state, hash);
  }

  function checkMarks(): void {
    for (const { mark, pages } of marks) {
      const written = new Set(snapshots.writtenSince(mark));
      for (let p = 0; p < PAGES; p++) {
        if (written.has(p)) continue;
        const same = Buffer.compare(
          host.pages().subarray(p * 4096, (p + 1) * 4096),
          pages.subarray(p * 4096, (p + 1) * 4096),
        );
        if (same !== 0) throw new Error(`page ${p} changed since mark ${mark} and is not reported`);
      }
    }
  }

  for (const it of steps) {
    const picked = 'which' in it && kept.length > 0 ? it.which % kept.length : undefined;
    const chosen = picked === undefined ? undefined : kept[picked];
    if (it.do === 'write') host.write(it.at, Uint8Array.from(it.bytes));
    else if (it.do === 'fill') host.write(it.page * 4096, new Uint8Array(4096).fill(it.byte));
    else if (it.do === 'saved') host.saved()[it.at] = it.byte;
    else if (it.do === 'take') kept.push({ snapshot: snapshots.take(kept.length), copy: now() });
    else if (it.do === 'hash') checkHash();
    else if (it.do === 'mark') marks.push({ mark: snapshots.mark(), pages: host.pages().slice() });
    else if (chosen && it.do === 'release') {
      snapshots.release(chosen.snapshot);
      kept.splice(picked!, 1);
    } else if (chosen && it.do === 'reload') {
      const before = now();
      const file = snapshots.save(chosen.snapshot, HEADER);
      kept.push({ snapshot: snapshots.load(file, HEADER), copy: chosen.copy });
      expect(Buffer.compare(now().pages, before.pages)).toBe(0);
    } else if (chosen) {
      snapshots.restore(chosen.snapshot);
      expect(Buffer.compare(host.pages(), chosen.copy.pages)).toBe(0);
      expect(Buffer.compare(host.saved(), chosen.copy.saved)).toBe(0);
      expect(new Set(host.replaced).size).toBe(host.replaced.length);
      checkMarks();
    }
  }
  checkMarks();
  checkHash();
  for (const { snapshot, copy } of kept) {
    snapshots.restore(snapshot);
    expect(Buffer.compare(host.pages(), copy.pages)).toBe(0);
    expect(Buffer.compare(host.saved(), copy.saved)).toBe(0);
    checkHash();
  }
}

describe('snapshots', () => {
  test('agree with a model that copies everything', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), run), { numRuns: 60 });
  });

  test('pages that were filled before are part of the state', () => {
    const host = testHost(PAGES, SAVED);
    host.pages().fill(7, 200 * 4096);
    const snapshots = createSnapshots({ ...host, filledFrom: 200 });
    const base = snapshots.take(0);
    host.write(250 * 4096, Uint8Array.of(1, 2, 3));
    snapshots.restore(base);
    expect(
      host
        .pages()
        .subarray(200 * 4096)
        .every((byte) => byte === 7),
    ).toBe(true);
    expect(snapshots.hash()).not.toBe(createSnapshots(testHost(PAGES, SAVED)).hash());
  });

  test('released ones give their memory back', () => {
    const host = testHost(PAGES, SAVED);
    const snapshots = createSnapshots(host);
    const random = (seed: number) => Uint8Array.from({ length: 4096 }, (_, i) => (i * seed) >> 3);
    host.write(4096, random(77));
    const base = snapshots.take(0);
    snapshots.restore(base);
    const before = snapshots.usedBytes;
    for (let i = 1; i < 20; i++) {
      snapshots.restore(base);
      host.write(i * 8192, random(i));
      const first = snapshots.take(1);
      host.write(i * 4096, random(i + 1));
      const second = snapshots.take(2);
      snapshots.restore(base);
      snapshots.release(first);
      snapshots.release(second);
    }
    expect(snapshots.usedBytes).toBe(before);
    expect(() => snapshots.restore({ id: 99, parent: undefined, at: 0 })).toThrow(
      'snapshot 99 was released or is of another machine',
    );
  });

  test('a page that is written once costs one chunk and its path', () => {
    const host = testHost(PAGES, SAVED);
    const snapshots = createSnapshots(host);
    host.write(
      0,
      Uint8Array.from({ length: PAGES * 4096 }, (_, i) => (i * 2654435761) >>> 24),
    );
    snapshots.take(0);
    const before = snapshots.usedBytes;
    host.write(100 * 4096 + 300, Uint8Array.of(9));
    snapshots.take(1);
    expect(snapshots.usedBytes - before).toBeLessThanOrEqual(260 + 4 * 68);
  });

  test('pages are collected once and leave the write translations', () => {
    const host = testHost(PAGES, SAVED);
    const snapshots = createSnapshots(host);
    const mark = snapshots.mark();
    expect(host.dropped).toBe(0);
    host.write(5 * 4096, Uint8Array.of(1));
    host.write(5 * 4096, Uint8Array.of(2));
    expect([...snapshots.writtenSince(mark)]).toEqual([5]);
    expect(host.dropped).toBe(1);
    const later = snapshots.mark();
    expect([...snapshots.writtenSince(later)]).toEqual([]);
    expect([...snapshots.writtenSince(mark)]).toEqual([5]);
  });

  test('the hash is the same in every machine and of every history', () => {
    const [a, b] = [createSnapshots(testHost(PAGES, SAVED)), testHost(PAGES, SAVED)];
    const other = createSnapshots(b);
    expect(a.hash()).toBe(other.hash());
    b.write(4096, Uint8Array.of(1, 2, 3));
    const changed = other.hash();
    expect(changed).not.toBe(a.hash());
    b.write(4096, Uint8Array.of(0, 0, 0));
    expect(other.hash()).toBe(a.hash());
    b.write(8192, Uint8Array.of(1, 2, 3));
    expect(other.hash()).not.toBe(changed);
    b.saved()[SAVED - 1] = 1;
    const same = other.hash();
    b.saved()[SAVED - 1] = 2;
    expect(other.hash()).toBe(same);
  });
});

describe('snapshot files', () => {
  const host = testHost(PAGES, SAVED);
  const snapshots = createSnapshots(host);
  host.write(7 * 4096, Uint8Array.of(1, 2, 3));
  const file = snapshots.save(snapshots.take(42), HEADER);

  test('keep the state and the time', () => {
    const fresh = testHost(PAGES, SAVED);
    const other = createSnapshots(fresh);
    const loaded = other.load(file, HEADER);
    expect(loaded.at).toBe(42);
    other.restore(loaded);
    expect([...fresh.pages().subarray(7 * 4096, 7 * 4096 + 4)]).toEqual([1, 2, 3, 0]);
    expect(other.hash()).toBe(snapshots.hash());
  });

  test('that are not snapshots, damaged, of another format or machine are refused', () => {
    const load = (bytes: Uint8Array, header: Record<string, number> = HEADER) =>
      snapshots.load(bytes, header);
    expect(() => load(new Uint8Array(0))).toThrow(SnapshotFileError);
    expect(() => load(new TextEncoder().encode('ELF'))).toThrow('not a snapshot');
    expect(() => load(file.subarray(0, file.length - 1))).toThrow('truncated or damaged');
    const flipped = file.slice();
    flipped[file.length - 100]! ^= 1;
    expect(() => load(flipped)).toThrow('checksum');
    const newer = file.slice();
    newer[18] = 9;
    expect(() => load(newer)).toThrow('snapshot format 9');
    expect(() => load(file, { ...HEADER, harts: 3 })).toThrow('with harts 1, this one has 3');
  });
});
