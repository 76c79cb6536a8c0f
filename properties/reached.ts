/**
 * What a campaign came across: operations by name, situations by their words. A `sometimes` that is
 * never reached makes the campaign inconclusive, so that no check can pass by never running.
 */
export interface Reached {
  count(what: string, times?: number): void;
  get(what: string): number;
  /** all counts, in alphabetical order */
  all(): Record<string, number>;
  add(other: Record<string, number>): void;
}

export function createReached(): Reached {
  const counts = new Map<string, number>();
  const count = (what: string, times = 1): void => {
    counts.set(what, (counts.get(what) ?? 0) + times);
  };
  return {
    count,
    get: (what) => counts.get(what) ?? 0,
    all: () => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    add(other) {
      for (const [what, times] of Object.entries(other)) count(what, times);
    },
  };
}

/** Situations that every campaign of some length must come across on a kernel with copy-on-write. */
export const SOMETIMES = [
  'a page is shared',
  'a shared page is written',
  'a process is killed',
  'a call fails',
  'a process blocks',
  'a blocked process comes back',
  'the console is written',
  'the console is read',
  'the console is read into a shared page',
  'a reader that waits at the console comes back',
  'a sequence ends with everything given back',
] as const;

/** Operations that a campaign needs to have run before a missing situation counts against it. */
export const SOMETIMES_AFTER_STEPS = 2000;

/** Those that need a fork which shares pages. */
const OF_SHARING: readonly string[] = [
  'a page is shared',
  'a shared page is written',
  'the console is read into a shared page',
];

/** Situations that were never reached, once enough was run to expect them. */
export function missingSituations(
  reached: Record<string, number>,
  steps: number,
  shares: boolean,
): string[] {
  if (steps < SOMETIMES_AFTER_STEPS) return [];
  const expected = SOMETIMES.filter((situation) => shares || !OF_SHARING.includes(situation));
  return expected.filter((situation) => !reached[situation]);
}
