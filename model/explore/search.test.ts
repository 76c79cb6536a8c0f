import { describe, expect, it } from 'vitest';
import { type Bounds, bootRow, entryAt, frameAt, layoutOf, type Row } from './bounds.ts';
import { rowsOf } from './checkpoint.ts';
import { printAction } from './print-action.ts';
import { CORRECT, CORRECT_MODELS, MUTATED_MODELS } from './rules.ts';
import { exploreCore } from './search.ts';
import { asIs, type Canonicalizer, canonicalizer } from './symmetry.ts';
import { allActions, apply } from './transitions.ts';
import { verifyCore } from './verify.ts';

const TINY: Bounds = { processes: 2, pages: 2, readOnly: 0, image: 2, frames: 3, failing: true };
const SMALL: Bounds = { processes: 2, pages: 3, readOnly: 1, image: 2, frames: 4, failing: true };
const MEDIUM: Bounds = { processes: 3, pages: 3, readOnly: 1, image: 2, frames: 6, failing: true };

describe('the correct model', () => {
  it('breaks no clause within the bounds, with and without failing allocations', async () => {
    const all = await exploreCore({ bounds: SMALL });
    expect(all).toMatchObject({ complete: true, states: 715 });
    expect(all.violation).toBeUndefined();
    const calm = await exploreCore({ bounds: { ...SMALL, failing: false } });
    expect(calm).toMatchObject({ complete: true });
    expect(calm.states).toBe(all.states);
    expect(calm.transitions).toBeLessThan(all.transitions);
  });

  it('visits with symmetry every class of the full state space, nearly all once', async () => {
    const full = reachable(TINY, asIs);
    const reduced = reachable(TINY, canonicalizer(layoutOf(TINY)));
    expect((await exploreCore({ bounds: TINY, symmetry: false })).states).toBe(full.size);
    expect((await exploreCore({ bounds: TINY })).states).toBe(reduced.size);
    const classes = classesOf(full);
    expect(classesOf(reduced)).toEqual(classes);
    expect(full.size).toBeGreaterThan(5 * classes.size);
    expect(reduced.size).toBeLessThan(1.03 * classes.size);
  });

  it('is explored alike by one thread and by two', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map((workers) => exploreCore({ bounds: SMALL, workers })),
    );
    expect(two!.depths).toEqual(one!.depths);
    expect(two!.digest).toBe(one!.digest);
  });
});

describe('a search that was interrupted', () => {
  it('goes on to the same end, from the middle of a depth too', async () => {
    const whole = await exploreCore({ bounds: MEDIUM, maxDepth: 7 });
    const abort = new AbortController();
    const stopped = await exploreCore({
      bounds: MEDIUM,
      signal: abort.signal,
      // once this thread lets others in, in the middle of depth 7
      onStart: (probe) => {
        if (probe().depth === 7) setImmediate(() => abort.abort());
      },
    });
    expect(stopped).toMatchObject({ complete: false });
    const resume = stopped.checkpoint!;
    expect(resume.left.length).toBeGreaterThan(0);
    expect(resume.next.length).toBeGreaterThan(0);
    const resumed = await exploreCore({ bounds: MEDIUM, maxDepth: 7, resume, workers: 2 });
    expect(resumed.digest).toBe(whole.digest);
    expect(resumed.depths).toEqual(whole.depths);
    expect(resumed.operations).toEqual(whole.operations);
  });

  it('is refused when there is no room for it', async () => {
    const { checkpoint } = await exploreCore({ bounds: MEDIUM, maxDepth: 7 });
    await expect(
      exploreCore({ bounds: MEDIUM, resume: checkpoint!, maxStates: 1 }),
    ).rejects.toThrow(/more than there is room for/);
  });
});

describe('a set of states', () => {
  const bounds = SMALL;
  const rowBytes = layoutOf(bounds).size;
  const all = async () => {
    const { checkpoint } = await exploreCore({ bounds });
    const { rows, expanded } = checkpoint!;
    return Uint8Array.from(rowsOf(rows.arena, rowBytes, expanded).flatMap((row) => [...row]));
  };
  const verify = (rows: Uint8Array, model = 'cow', workers = 1) =>
    verifyCore({ bounds, model, rows, workers, sample: { every: 1, seed: 1 } });

  it('that a search found is closed', async () => {
    const { digest, transitions } = await exploreCore({ bounds });
    const found = { states: 715, expanded: 715, digest, transitions };
    expect(await verify(await all())).toEqual(found);
    expect(await verify(await all(), 'cow', 2)).toEqual(found);
  });

  it('that lacks any state is refused', async () => {
    const rows = await all();
    const without = (state: number) =>
      Uint8Array.from([
        ...rows.subarray(0, state * rowBytes),
        ...rows.subarray((state + 1) * rowBytes),
      ]);
    expect((await verify(without(0))).problem).toBe('the first state is missing');
    for (const state of [1, 300, 714]) {
      expect((await verify(without(state))).problem).toMatch(/leads to a state that is missing/);
    }
  });

  it('that holds a bad state, one state twice, or that of another model, is refused', async () => {
    const rows = await all();
    const bad = rows.slice();
    bad[714 * rowBytes + frameAt(layoutOf(bounds), 1)]! += 4;
    expect((await verify(bad)).problem).toMatch(/state 714 breaks refcount|is missing/);
    await expect(verify(Uint8Array.from([...rows, ...rows]))).rejects.toThrow('listed twice');
    expect((await verify(rows, 'copy-keeps-reference')).problem).toBeDefined();
  });

  it('is sampled by the seed', async () => {
    const rows = await all();
    const sampled = async (seed: number) =>
      (await verifyCore({ bounds, model: 'cow', rows, sample: { every: 10, seed } })).transitions;
    expect(await sampled(1)).toBe(await sampled(1));
    expect(await sampled(1)).not.toBe(await sampled(2));
  });
});

describe('correct designs', () => {
  it.each(CORRECT_MODELS.map((m) => [m.name]))('%s', async (model) => {
    const result = await exploreCore({ bounds: SMALL, model });
    expect(result.violation).toBeUndefined();
    expect(result.complete).toBe(true);
    expect({ model, states: result.states }).toMatchSnapshot();
  });
});

describe('limits', () => {
  it('end the search as incomplete', async () => {
    expect(await exploreCore({ bounds: MEDIUM, maxStates: 10_000 })).toMatchObject({
      complete: false,
    });
    const shallow = await exploreCore({ bounds: MEDIUM, maxDepth: 2 });
    expect(shallow).toMatchObject({ complete: false });
    expect(shallow.depths).toHaveLength(2);
    const aborted = await exploreCore({
      bounds: MEDIUM,
      workers: 2,
      signal: AbortSignal.abort(),
    });
    expect(aborted).toMatchObject({ complete: false, states: 1 });
    const stopped = await exploreCore({ bounds: MEDIUM, onDepth: () => 'stop' });
    expect(stopped.depths).toHaveLength(1);
  });

  it('outside their range are refused with a sentence', async () => {
    await expect(exploreCore({ bounds: { ...SMALL, processes: 9 } })).rejects.toThrow(
      'processes: expected 1 to 8, found 9',
    );
    await expect(exploreCore({ bounds: SMALL, model: 'x' })).rejects.toThrow('no model "x"');
  });
});

describe('every mutated model is found', () => {
  it.each(MUTATED_MODELS.map((m) => [m.name]))('%s', async (model) => {
    const { violation } = await exploreCore({ bounds: MEDIUM, model, maxStates: 50_000 });
    const text = violation?.trace.map(printAction).join('; ');
    expect(`${violation?.clause}: ${text}`).toMatchSnapshot();
    expect(violation).toBeDefined();
  });
});

/** Every reachable row, by the plainest search there is. */
function reachable(bounds: Bounds, canonical: Canonicalizer): Set<string> {
  const l = layoutOf(bounds);
  const actions = allActions(l);
  const renamed = new Uint8Array(l.size);
  canonical(bootRow(l), renamed);
  const seen = new Set([String(renamed)]);
  for (const text of seen) {
    for (const action of actions) {
      const row = rowOf(text);
      if (apply(l, CORRECT, row, action) === undefined) continue;
      canonical(row, renamed);
      seen.add(String(renamed));
    }
  }
  return seen;
}

const classesOf = (rows: Set<string>) =>
  new Set([...rows].map((text) => leastRenaming(TINY, rowOf(text))));

const rowOf = (text: string): Row => Uint8Array.from(text.split(','), Number);

/** The least row under every renaming of two processes, the image's pages, and frames. */
function leastRenaming(bounds: Bounds, row: Row): string {
  const l = layoutOf(bounds);
  let least: string | undefined;
  for (const ps of permutations([0, 1])) {
    for (const vs of permutations([0, 1])) {
      for (const fs of permutations(Array.from({ length: l.frames }, (_, i) => i + 1))) {
        const text = String(rename(row, ps, vs, fs));
        if (least === undefined || text < least) least = text;
      }
    }
  }
  return least!;

  function rename(from: Row, ps: number[], vs: number[], fs: number[]): Row {
    const into = new Uint8Array(l.size);
    ps.forEach((to, p) => {
      const parent = from[p]! >> 2;
      into[to] = (from[p]! & 3) | ((parent === 0 ? 0 : ps[parent - 1]! + 1) << 2);
      vs.forEach((w, v) => {
        const e = from[entryAt(l, p, v)]!;
        into[entryAt(l, to, w)] = e === 0 ? 0 : (fs[(e >> 2) - 1]! << 2) | (e & 3);
      });
    });
    fs.forEach((to, i) => {
      into[frameAt(l, to)] = from[frameAt(l, i + 1)]!;
    });
    return into;
  }
}

function permutations(items: number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]),
  );
}

describe('canonicalizer', () => {
  it('is idempotent where nothing is tied', () => {
    const l = layoutOf(SMALL);
    const canonical = canonicalizer(l);
    const [once, twice] = [new Uint8Array(l.size), new Uint8Array(l.size)];
    canonical(bootRow(l), once);
    canonical(once, twice);
    expect(twice).toEqual(once);
  });
});
