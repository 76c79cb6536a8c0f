/** The first slice is small, so that a prompt comes fast; then slices take about this long. */
const FIRST_SLICE_INSNS = 200_000;
const SLICE_MS = 10;
const MAX_SLICE_INSNS = 50_000_000;
/** Guest time that an idle guest may pass per slice: 10 ms at the board's 100 MHz. */
const IDLE_SLICE_INSNS = 1_000_000;

/** How long to run before the keyboard is looked at again, and how long to rest. */
export interface Pace {
  readonly slice: number;
  /** Tells what the last slice took; returns milliseconds to rest, or undefined to go on at once. */
  ran(retired: number, began: number, ended: number): number | undefined;
}

/**
 * The guest sees nothing of this: slices only decide when the host looks around.
 *
 * @param idleSlowly An idle guest's time passes no faster than the wall clock, and the host rests.
 */
export function pace(idleSlowly: boolean): Pace {
  let slice = FIRST_SLICE_INSNS;
  let lastTurn = 0;
  return {
    get slice() {
      return slice;
    },
    ran(retired, began, ended) {
      const idle = retired < slice / 4;
      const took = ended - began;
      if (idle && idleSlowly) {
        slice = IDLE_SLICE_INSNS;
        lastTurn = ended;
        return Math.max(0, SLICE_MS - took);
      }
      if (took > 2 * SLICE_MS) slice = Math.max(FIRST_SLICE_INSNS, Math.floor(slice / 2));
      else if (took < SLICE_MS / 2) slice = Math.min(2 * slice, MAX_SLICE_INSNS);
      if (ended - lastTurn < SLICE_MS) return undefined;
      lastTurn = ended;
      return 0;
    },
  };
}
