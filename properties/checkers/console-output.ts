import type { Checker, Disagreement } from './checker.ts';

/**
 * What a write to the console counts arrives at the serial port, in order. The kernel may print
 * messages of its own in between.
 */
export const consoleOutput: Checker = {
  clause: 'content',
  compare({ guest: { result, printed } }, { outcome: { output } }): Disagreement | undefined {
    if (output === undefined || output.unknown.length > 0 || result.kind !== 'value') {
      return undefined;
    }
    const counted = Math.max(0, Number(BigInt.asIntN(64, result.a0)));
    const wanted = output.bytes.subarray(0, counted);
    const missing = firstMissing(wanted, printed);
    if (missing < 0) return undefined;
    return {
      message: `byte ${missing} of the ${counted} written to the console did not arrive there`,
      expected: quote(wanted),
      received: quote(printed),
    };
  },
};

/** Index of the first of `wanted` that is not in `printed` after those before it; −1 when all are. */
function firstMissing(wanted: Uint8Array, printed: Uint8Array): number {
  let at = 0;
  for (const [index, byte] of wanted.entries()) {
    at = printed.indexOf(byte, at) + 1;
    if (at === 0) return index;
  }
  return -1;
}

const MOST_QUOTED_BYTES = 40;

const quote = (bytes: Uint8Array): string =>
  `${JSON.stringify(String.fromCharCode(...bytes.subarray(0, MOST_QUOTED_BYTES)))}${
    bytes.length > MOST_QUOTED_BYTES ? '…' : ''
  }`;
