import { type Entry, frameOf, mappedPages, type PageMap } from '../../model/page-map.ts';
import type { Mapping } from '../../spec/ownership.ts';
import { type Candidate, type Disagreement, hex, pageAddress, type StepView } from './checker.ts';
import { INIT, slotName } from './sharing.ts';

/** One page of one process, in the model and in the guest. */
export interface Pair {
  slot: number;
  va: number;
  entry: Entry;
  mapping: Mapping;
}

/** Which physical page each frame of the model is; a bijection when ownership holds. */
export interface Pairing {
  pairs: readonly Pair[];
  pageOfFrame: ReadonlyMap<number, number>;
}

const known = new WeakMap<Candidate, Pairing | Disagreement>();

/** Pairs the pages of the model with those of the guest, or tells the first that have no partner. */
export function pairPages(view: StepView, candidate: Candidate): Pairing | Disagreement {
  let found = known.get(candidate);
  if (found === undefined) {
    found = pair(view, candidate);
    known.set(candidate, found);
  }
  return found;
}

function pair(view: StepView, { after }: Candidate): Pairing | Disagreement {
  const pairs: Pair[] = [];
  const pageOfFrame = new Map<number, number>();
  const frameOfPage = new Map<number, number>();
  for (const process of after.processes) {
    if (process.status === 'gone') continue;
    const observed = view.sharing.mappings.get(process.slot);
    if (observed === undefined) {
      return lacks(`${slotName(process.slot)}`, 'in the process table', 'not there');
    }
    const own = pairsOf(process.slot, process.pages, observed);
    if ('message' in own) return own;
    for (const one of own) {
      const frame = frameOf(one.entry);
      const { ppn } = one.mapping;
      if ((pageOfFrame.get(frame) ?? ppn) !== ppn || (frameOfPage.get(ppn) ?? frame) !== frame) {
        return split(view, after.processes, frame, process.slot, one.va, one.mapping);
      }
      pageOfFrame.set(frame, ppn);
      frameOfPage.set(ppn, frame);
      pairs.push(one);
    }
  }
  return { pairs, pageOfFrame };
}

/** What was paired last for a list of mappings; most processes do not change in a step. */
const paired = new WeakMap<readonly Mapping[], { pages: PageMap; pairs: readonly Pair[] }>();

/** The pages of one process side by side, or the first one that has no partner. */
function pairsOf(
  slot: number,
  pages: PageMap,
  observed: readonly Mapping[],
): readonly Pair[] | Disagreement {
  const last = paired.get(observed);
  if (last?.pages === pages) return last.pairs;
  const expected = pagesOf(pages);
  // Pages that init took to leave little free are no business of the model's.
  const count = slot === INIT ? expected.length : Math.max(expected.length, observed.length);
  const pairs: Pair[] = [];
  for (let at = 0; at < count; at++) {
    const wrong = pairOne(slot, expected[at], observed[at]);
    if (wrong !== undefined) return wrong;
    const [va, entry] = expected[at]!;
    pairs.push({ slot, va, entry, mapping: observed[at]! });
  }
  paired.set(observed, { pages, pairs });
  return pairs;
}

/** Both lists ascend by address: the first difference is a page too many or too few. */
function pairOne(
  slot: number,
  expected: readonly [number, Entry] | undefined,
  observed: Mapping | undefined,
): Disagreement | undefined {
  const wanted = expected?.[0] ?? Number.POSITIVE_INFINITY;
  const found = observed?.va ?? Number.POSITIVE_INFINITY;
  if (wanted === found) return undefined;
  const who = `${slotName(slot)}@${hex(Math.min(wanted, found))}`;
  if (wanted < found) return lacks(who, 'a page', 'not mapped');
  return { ...lacks(who, 'not mapped', 'a page'), page: pageAddress(observed!.ppn) };
}

const lacks = (who: string, expected: string, received: string): Disagreement => ({
  message: `${who}: expected ${expected}, found ${received}`,
  expected,
  received,
});

function split(
  view: StepView,
  processes: Candidate['after']['processes'],
  frame: number,
  slot: number,
  va: number,
  mapping: Mapping,
): Disagreement {
  const owners = ownersInModel(processes, frame);
  const found = view.sharing.describeOwners(mapping.ppn);
  const page = pageAddress(mapping.ppn);
  return {
    message:
      `page ${hex(page)} of ${slotName(slot)}@${hex(va)}: ` +
      `expected owners {${owners}}, found {${found}}`,
    expected: `owners {${owners}}`,
    received: `owners {${found}}`,
    page,
  };
}

/** `s0@0x3000, s1@0x3000` for a frame of the model. */
export function ownersInModel(processes: Candidate['after']['processes'], frame: number): string {
  const owners: string[] = [];
  for (const { slot, pages, status } of processes) {
    if (status === 'gone') continue;
    for (const [va, entry] of pagesOf(pages)) {
      if (frameOf(entry) === frame) owners.push(`${slotName(slot)}@${hex(va)}`);
    }
  }
  return owners.join(', ');
}

const lists = new WeakMap<PageMap, readonly (readonly [number, Entry])[]>();

/** The mapped pages as an array, made once for each page map. */
export function pagesOf(map: PageMap): readonly (readonly [number, Entry])[] {
  let list = lists.get(map);
  if (list === undefined) {
    list = [...mappedPages(map)];
    lists.set(map, list);
  }
  return list;
}
