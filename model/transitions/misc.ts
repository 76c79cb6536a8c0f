/** Calls that touch no memory: sleep, uptime, getpid. */
import { value } from '../outcome.ts';
import { choose, note, show, update, type Work } from '../work.ts';

/** Longest sleep, in ticks, that the driver sits out by firing timers within the step. */
const LONGEST_SLEEP_TICKS = 100;

/**
 * sleep: 0 after so many ticks. A longer or negative one (which old kernels take as unsigned) returns
 * at once or waits for ever.
 */
export function sleep(work: Work, slot: number, { ticks }: { ticks: number }): boolean {
  const asked = ticks | 0;
  if (asked >= 0 && asked <= LONGEST_SLEEP_TICKS) return show(work, slot, value(0));
  if (choose(work, 2) === 1) return update(work, slot, { blocked: { op: 'forever' } });
  note(work, 'sleep returns at once');
  return show(work, slot, value(0));
}

/** uptime: any count of ticks. */
export const uptime = (work: Work, slot: number): boolean =>
  show(work, slot, { kind: 'range', min: 0n, max: 0xffff_ffffn });

export const getpid = (work: Work, slot: number): boolean =>
  show(work, slot, { kind: 'pid', slot });
