import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operation, run, settleChoices, started } from './fixture.ts';
import {
  addFrame,
  changeRefs,
  contentOf,
  draftFrames,
  finishFrames,
  noFrames,
  refsOf,
} from './frames.ts';
import { canonical, INIT, type ModelState, step } from './index.ts';
import {
  type Entry,
  entry,
  flagsOf,
  frameOf,
  mappedPages,
  PROTECTED,
  withEntries,
} from './page-map.ts';
import type { Process } from './state.ts';

/**
 * The same state under other names: slots in the order of their keys, frames in reverse order, files
 * renumbered.
 */
function renamed(state: ModelState, keys: readonly number[]): ModelState {
  const slots = [...state.processes.keys()].slice(1).map((i) => i - 1);
  slots.sort((p, q) => keys[p % keys.length]! - keys[q % keys.length]!);
  const slot = (old: number) => (old === INIT ? INIT : slots.indexOf(old));
  const frames = draftFrames(noFrames);
  const names = new Map<number, number>();
  for (let old = state.frames.next - 1; old > 0; old--) {
    const refs = refsOf(state.frames, old);
    if (refs === 0) continue;
    const name = addFrame(frames, contentOf(state.frames, old));
    for (let i = 1; i < refs; i++) changeRefs(frames, name, 1);
    names.set(old, name);
  }
  const rename = (process: Process): Process => {
    const entries = [...mappedPages(process.pages)].map(([va, e]): [number, Entry] => [
      va,
      entry(names.get(frameOf(e))!, flagsOf(e) | (e & PROTECTED)),
    ]);
    const descriptors = process.descriptors.map((file) => (file < 0 ? file : file + 50));
    const pages = withEntries(process.pages, entries);
    return {
      ...process,
      slot: slot(process.slot),
      parent: slot(process.parent),
      pages,
      descriptors,
    };
  };
  const [init, ...others] = state.processes.map(rename);
  return {
    ...state,
    processes: [init!, ...others.sort((p, q) => p.slot - q.slot)],
    frames: finishFrames(frames),
    files: new Map([...state.files].map(([id, file]) => [id + 50, file])),
  };
}

/** Children of one parent in rings: each holds one file with its neighbour on either side. */
function inRings(state: ModelState, sizes: readonly number[]): ModelState {
  const next = sizes.flatMap((size, ring) => {
    const from = sizes.slice(0, ring).reduce((sum, n) => sum + n, 0);
    return Array.from({ length: size }, (_, i) => from + ((i + 1) % size));
  });
  const file = {
    kind: 'inode',
    id: 1,
    readable: true,
    writable: true,
    offset: 0,
    refs: 2,
  } as const;
  return {
    ...state,
    processes: state.processes.map((p) =>
      p.slot === INIT ? p : { ...p, parent: INIT, descriptors: [p.slot, next[p.slot]!] },
    ),
    files: new Map(next.map((_, id) => [id, file])),
  };
}

const operations = fc.array(operation, { maxLength: 25, size: 'max' });

describe('canonical', () => {
  it('does not depend on the names of processes, frames and files', () => {
    fc.assert(
      fc.property(operations, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), (drawn, keys) => {
        let state = started(100);
        for (const each of drawn) {
          const outcome = step(state, each)[0];
          if (outcome) state = settleChoices(outcome.state);
        }
        expect(canonical(renamed(state, keys))).toBe(canonical(state));
      }),
      { numRuns: 200 },
    );
  });

  it('tries every member of a tie that only its rest tells apart', () => {
    const state = inRings(run(started(), ...Array(6).fill({ op: 'fork', proc: 0 })), [3, 4]);
    for (let first = 0; first < 7; first++) {
      const keys = Array.from({ length: 8 }, (_, slot) => (slot - first + 7) % 7);
      expect(canonical(renamed(state, keys))).toBe(canonical(state));
    }
  });

  it('merges sequences that differ in who did what', () => {
    const store = (proc: number) =>
      ({ op: 'store', proc, va: 'data', width: 8, value: 1 }) as const;
    const two = run(started(), { op: 'fork', proc: 0 }, { op: 'fork', proc: 0 });
    expect(canonical(run(two, store(1)))).toBe(canonical(run(two, store(2))));
    expect(canonical(run(two, store(1)))).not.toBe(canonical(run(two, store(0))));
  });

  it('tells apart who shares with whom', () => {
    const store = (proc: number) =>
      ({ op: 'store', proc, va: 'data', width: 8, value: 1 }) as const;
    const fork = { op: 'fork', proc: 0 } as const;
    const before = run(started(), store(0), fork);
    const apart = run(started(), fork, store(0), store(1));
    expect(canonical(before)).not.toBe(canonical(apart));
  });
});
