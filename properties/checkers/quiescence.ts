import type { Checker, Disagreement } from './checker.ts';

/**
 * When all processes of a sequence are gone, the free list is back at its length before it. Not a
 * property of one step: `endOfSequence` is called when init has reaped everybody.
 */
export const quiescence: Checker = { clause: 'quiescence' };

export function endOfSequence(freeBefore: number, freeAfter: number): Disagreement | undefined {
  if (freeBefore === freeAfter) return undefined;
  const difference = freeBefore - freeAfter;
  return {
    message:
      difference > 0
        ? `${difference} pages are missing from the free list after all processes are gone`
        : `${-difference} pages too many are on the free list after all processes are gone`,
    expected: `${freeBefore} free pages`,
    received: `${freeAfter} free pages`,
  };
}
