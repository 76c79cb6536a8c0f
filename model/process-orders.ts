/**
 * Orders of a state's processes that do not depend on names: sorted by what can be told of each, then,
 * as long as that tells more apart, by what can be told of those it is linked with (colour refinement).
 * Where a tie is left, each of its members in turn is put first, except among processes that can
 * be exchanged without any change: so several orders may come, but never all permutations.
 */
import { frameOf, mappedPages } from './page-map.ts';
import { INIT, type ModelState, type Process } from './state.ts';

/** Rank of each process, by its index; equal ranks are a tie. */
type Ranks = readonly number[];

/** A process's relations: what it holds that others may hold too, and the processes around it. */
interface Links {
  /** frames, open files and pipes, each by a unique text, in an order that does not depend on names */
  readonly things: readonly string[];
  /** indexes among the processes; -1: gone */
  readonly parent: number;
  readonly children: readonly number[];
}

/**
 * The orders to try: of two states that differ in names only, both give the same set, up to those
 * names.
 *
 * @param present the processes to be ordered
 * @param look what distinguishes a process without naming frames, files or other processes
 */
export function* processOrders(
  state: ModelState,
  present: readonly Process[],
  look: (process: Process) => string,
): Generator<Process[]> {
  const ranks = ranked(present.map((p) => (p.slot === INIT ? '' : look(p))));
  if (isDecided(ranks)) yield sorted(present, ranks);
  else yield* ordersFrom(present, relate(state, present), ranks);
}

function* ordersFrom(
  present: readonly Process[],
  graph: Graph,
  coarse: Ranks,
): Generator<Process[]> {
  const ranks = refined(graph, coarse);
  const tied = firstTie(ranks);
  if (tied.length === 0) {
    yield sorted(present, ranks);
    return;
  }
  const [first] = tied;
  const chosen = tied.every((i) => exchangeable(graph, first!, i)) ? [first!] : tied;
  for (const i of chosen) {
    yield* ordersFrom(
      present,
      graph,
      ranks.map((rank, j) => (j === i ? rank - 0.5 : rank)),
    );
  }
}

interface Graph {
  readonly links: readonly Links[];
  /** indexes of those that hold a thing, each as often as it holds it */
  readonly holders: ReadonlyMap<string, readonly number[]>;
}

function relate(state: ModelState, present: readonly Process[]): Graph {
  const indexes = new Map(present.map((p, i) => [p.slot, i]));
  const holders = new Map<string, number[]>();
  const links = present.map((process, index): Links => {
    const things = thingsOf(state, process);
    for (const thing of things) {
      const known = holders.get(thing);
      if (known) known.push(index);
      else holders.set(thing, [index]);
    }
    const children = present.filter((p) => p.parent === process.slot && p !== process);
    return {
      things,
      parent: process.slot === INIT ? -1 : (indexes.get(process.parent) ?? -1),
      children: children.map((p) => indexes.get(p.slot)!),
    };
  });
  return { links, holders };
}

function thingsOf(state: ModelState, { pages, descriptors, blocked }: Process): string[] {
  const things = Array.from(mappedPages(pages), ([, e]) => `frame ${frameOf(e)}`);
  for (const id of descriptors) {
    const file = state.files.get(id);
    if (!file) continue;
    things.push(`file ${id}`);
    if (file.kind === 'pipe') things.push(`pipe ${file.id}`);
  }
  if (blocked && 'pipe' in blocked) things.push(`pipe ${blocked.pipe}`);
  return things;
}

/** Splits ranks by the ranks of those that each is linked with, until nothing splits. */
function refined({ links, holders }: Graph, coarse: Ranks): Ranks {
  let ranks = coarse;
  for (;;) {
    const old = ranks;
    const of = (indexes: readonly number[]): string =>
      indexes
        .map((i) => old[i]!)
        .sort((a, b) => a - b)
        .join();
    ranks = ranked(
      links.map(({ things, parent, children }) => {
        const shared = things.map((thing) => of(holders.get(thing)!));
        return [old[parent], of(children), ...shared].join(';');
      }),
      old,
    );
    if (new Set(ranks).size === new Set(old).size) return ranks;
  }
}

/** Whether swapping two tied processes changes nothing: they hold the same things, or things of their own. */
function exchangeable({ links, holders }: Graph, a: number, b: number): boolean {
  const p = links[a]!;
  const q = links[b]!;
  const own = (thing: string, index: number) => holders.get(thing)!.every((i) => i === index);
  return (
    p.parent === q.parent &&
    p.children.length === 0 &&
    q.children.length === 0 &&
    p.things.every((thing, k) => {
      const other = q.things[k]!;
      return thing === other || (own(thing, a) && own(other, b));
    })
  );
}

/** Ranks by the ranks before, then by a key; what is equal in both gets equal ranks. */
function ranked(keys: readonly string[], before: Ranks = keys.map(() => 0)): Ranks {
  const compare = (i: number, j: number): number =>
    before[i]! - before[j]! || (keys[i]! < keys[j]! ? -1 : keys[i] === keys[j] ? 0 : 1);
  const ranks = keys.map(() => 0);
  const order = [...keys.keys()].sort(compare);
  for (const [n, i] of order.entries()) {
    const last = order[n - 1];
    if (last !== undefined) ranks[i] = ranks[last]! + (compare(last, i) === 0 ? 0 : 1);
  }
  return ranks;
}

const isDecided = (ranks: Ranks): boolean => new Set(ranks).size === ranks.length;

/** Indexes of those that share the lowest rank that is shared. */
function firstTie(ranks: Ranks): number[] {
  const shared = ranks.filter((rank, i) => ranks.indexOf(rank) !== i);
  const lowest = Math.min(...shared);
  return [...ranks.keys()].filter((i) => ranks[i] === lowest);
}

const sorted = (present: readonly Process[], ranks: Ranks): Process[] =>
  [...present.keys()].sort((i, j) => ranks[i]! - ranks[j]!).map((i) => present[i]!);
