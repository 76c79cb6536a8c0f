/** Rows of the arena as ranges [from, to), in the order in which they are worked on. */
export type Ranges = [from: number, to: number][];

export const sizeOf = (ranges: Readonly<Ranges>): number =>
  ranges.reduce((sum, [from, to]) => sum + to - from, 0);

/** The rows from position `at` on, ranges laid end to end. */
export function rangesFrom(ranges: Readonly<Ranges>, at: number): Ranges {
  const left: Ranges = [];
  let before = 0;
  for (const [from, to] of ranges) {
    const skipped = Math.min(Math.max(at - before, 0), to - from);
    if (from + skipped < to) left.push([from + skipped, to]);
    before += to - from;
  }
  return left;
}

/** The row at a position; positions must not go down from one call to the next. */
export function rowReader(ranges: Readonly<Ranges>): (position: number) => number {
  let index = 0;
  let before = 0;
  return (position) => {
    let [from, to] = ranges[index]!;
    while (position - before >= to - from) {
      before += to - from;
      [from, to] = ranges[++index]!;
    }
    return from + position - before;
  };
}
