import type { Guest } from '../guest/api.ts';
import type { Observer } from '../observe/index.ts';
import { grow } from '../ops/helpers.ts';
import { mustWork, START_BUDGET_INSNS } from './session.ts';

const PAGE = 4096;
/** sbrk takes an int, and older kernels add it to an int */
const LARGEST = 0x2000_0000;
const INSNS_PER_PAGE = 100_000;

/**
 * Makes init take memory until about `leave` pages are free. Returns how many fewer there are than
 * before, the page-table pages counted.
 */
export function takeMemory(guest: Guest, observer: Observer, leave: number): number {
  const before = observer.observe().freelist.length;
  for (let free = before; free > leave; ) {
    const tables = Math.ceil(free / 512) + 1;
    const pages = Math.max(1, Math.min(LARGEST / PAGE, free - leave - tables));
    const budget = START_BUDGET_INSNS + pages * INSNS_PER_PAGE;
    mustWork(guest.performAsInit(grow(pages), budget), 'fill its memory');
    free = observer.observe().freelist.length;
  }
  return before - observer.observe().freelist.length;
}
