import { createHash } from 'node:crypto';
import type { DepthRow } from '../../spec/campaign.ts';
import type { Violation } from '../../spec/result.ts';
import type { ExploreBounds } from './alphabet.ts';
import type { Expansion } from './expand.ts';
import { type Edge, kindOf } from './position.ts';
import type { StateKey } from './state-key.ts';

/** A visited state: the shortest path there, kept as a link to the state before. */
export interface Visited {
  key: StateKey;
  /** index of the state before; −1 for the root */
  parent: number;
  /** how one comes here from there; absent for the root */
  edge?: Edge;
}

/** All that is known so far: what a checkpoint holds. */
export interface Exploration {
  bounds: ExploreBounds;
  failures: boolean;
  visited: Visited[];
  /** visited states that were expanded; those behind are the frontier */
  expanded: number;
  abstractKeys: Set<StateKey>;
  depths: DepthRow[];
  /** fingerprints of (state, kind of operation, state): transitions up to renaming */
  canonicalTransitions: Set<number>;
  /** the depth being expanded, so far */
  partial: { transitions: number; seconds: number };
  /** transitions by operation, failing allocations as `fork!` */
  operations: Record<string, number>;
  violation?: { path: Edge[]; violation: Violation };
}

/** Before the first operation; a violation on the way there is all that there is to find. */
export function newExploration(
  bounds: ExploreBounds,
  failures: boolean,
  root: { key: StateKey } | { violation: Violation },
): Exploration {
  const found = 'violation' in root;
  return {
    bounds,
    failures,
    visited: found ? [] : [{ key: root.key, parent: -1 }],
    expanded: 0,
    abstractKeys: new Set(),
    depths: [],
    canonicalTransitions: new Set(),
    partial: { transitions: 0, seconds: 0 },
    operations: {},
    ...(found && { violation: { path: [], violation: root.violation } }),
  };
}

/** The shortest path to a visited state. */
export function pathTo(visited: readonly Visited[], index: number): Edge[] {
  const path: Edge[] = [];
  for (let at = index; at >= 0; at = visited[at]!.parent) {
    const { edge } = visited[at]!;
    if (edge !== undefined) path.push(edge);
  }
  return path.reverse();
}

export interface SearchHooks {
  /**
   * Expands the states at the ends of the paths; may work on several at once. May leave some of the last
   * ones out when the next `onProgress` ends the search.
   */
  expandAll: (
    paths: readonly Edge[][],
    onDone: (index: number, expansion: Expansion) => void,
  ) => Promise<void>;
  /** milliseconds of a clock; only for the figures of the depths */
  now: () => number;
  /** called now and then; `false` ends the search where it stands */
  onProgress: (exploration: Exploration, depth: number, left: number) => boolean;
}

/** States handed out at once: small enough that an interruption loses little. */
const BATCH = 256;

/**
 * Breadth-first from where the exploration stands to the bound, so that the first violation found is
 * one with the fewest operations. The states at the bound are expanded too, as far as that goes: they are
 * only ended. Returns whether everything within the bounds was visited.
 */
export async function breadthFirst(at: Exploration, hooks: SearchHooks): Promise<boolean> {
  if (at.violation !== undefined) return false;
  const known = new Set(at.visited.map(({ key }) => key));
  for (let depth = at.depths.length + 1; ; depth++) {
    if (at.depths.at(-1)?.states === 0) return true;
    const end = frontierEnd(at);
    while (at.expanded < end) {
      const start = hooks.now();
      const first = at.expanded;
      const last = Math.min(first + BATCH, end);
      const expansions: Expansion[] = [];
      const paths = Array.from({ length: last - first }, (_, i) => pathTo(at.visited, first + i));
      await hooks.expandAll(paths, (index, expansion) => {
        expansions[index] = expansion;
      });
      // in the order of the states, so that the result does not depend on which worker was faster
      for (let index = 0; expansions[index] !== undefined; index++) {
        at.partial.transitions += absorb(at, known, first + index, expansions[index]!);
        if (at.violation !== undefined) return false;
        at.expanded++;
      }
      at.partial.seconds += (hooks.now() - start) / 1000;
      if (!hooks.onProgress(at, depth, end - at.expanded)) return false;
    }
    const { transitions, seconds } = at.partial;
    at.partial = { transitions: 0, seconds: 0 };
    if (depth > at.bounds.depth) {
      at.depths.at(-1)!.seconds += seconds;
      return true;
    }
    at.depths.push({ depth, states: at.visited.length - end, transitions, seconds });
  }
}

/** Where the depth being expanded ends: before the first state that a checkpoint's batch added. */
function frontierEnd(at: Exploration): number {
  return 1 + at.depths.reduce((sum, row) => sum + row.states, 0);
}

function absorb(
  at: Exploration,
  known: Set<StateKey>,
  parent: number,
  expansion: Expansion,
): number {
  for (const { edge, key, abstractKey } of expansion.transitions) {
    const kind = kindOf(edge);
    at.operations[kind] = (at.operations[kind] ?? 0) + 1;
    at.abstractKeys.add(abstractKey);
    at.canonicalTransitions.add(fingerprint(`${at.visited[parent]!.key} ${kind} ${key}`));
    if (known.has(key)) continue;
    known.add(key);
    at.visited.push({ key, parent, edge });
  }
  if (expansion.violation !== undefined) {
    const { edge, violation } = expansion.violation;
    const before = pathTo(at.visited, parent);
    const atEnd = violation.operation === 'end';
    at.violation = { path: atEnd ? before : [...before, edge], violation };
  }
  return expansion.transitions.length;
}

/** SHA-256 over the sorted keys of all visited states. */
export function digestOf(visited: readonly Visited[]): string {
  const hash = createHash('sha256');
  for (const key of visited.map((state) => state.key).sort()) hash.update(key);
  return hash.digest('hex');
}

/** 53 bits of a text: two of 10⁷ meet with a chance below one in a hundred. */
function fingerprint(text: string): number {
  const digest = createHash('sha256').update(text).digest();
  return digest.readUIntBE(0, 6) * 32 + (digest[6]! & 31);
}
