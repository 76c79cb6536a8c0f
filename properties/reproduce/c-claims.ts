/**
 * What a reproducer in C may hold against the kernel. Its pages hold other bytes than the agent's, and it
 * cannot make memory end where the sequence does: it says nothing that a correct kernel would not keep.
 */
import type { CReproducer, PlayedStep } from './c-program.ts';

export interface Claims {
  /** the step at which a correct kernel kills slot 0; 0: none */
  killedAt: number;
  /** C that complains of the result in `got`, as `if (…) complain(EXPECTED);`; undefined: no claim */
  of(at: number): string | undefined;
}

export function claimsOf({ steps, tight }: CReproducer): Claims {
  const isScarce = (at: number) =>
    tight || steps.slice(0, at + 1).some(({ operation }) => operation.op === 'pressure');
  return {
    killedAt:
      1 + steps.findIndex((step, at) => step.slot === 0 && !isScarce(at) && isKilled(steps, at)),
    of: (at) => claim(steps, at, isScarce(at)),
  };
}

/**
 * Not of a store to the stack: the program runs on it, so that page is its own already. And not of a
 * failing allocation that comes later than in the step after it: the filler has let go then.
 */
function isKilled(steps: readonly PlayedStep[], at: number): boolean {
  const { expected, operation } = steps[at]!;
  if (expected !== 'killed') return false;
  if ('va' in operation && /^(stack|sp)/.test(operation.va)) return false;
  const armed = steps.slice(0, at).findLastIndex((step) => step.operation.op === 'fail-alloc');
  return armed === -1 || armed === at - 1;
}

function claim(steps: readonly PlayedStep[], at: number, scarce: boolean): string | undefined {
  const step = steps[at]!;
  const value = /^= (0x[0-9a-f]+|\d+)$/.exec(step.expected)?.[1];
  if (value !== undefined) {
    return isExplained(steps, at, BigInt(value))
      ? `if (got != (long)${value}UL) complain("${value}");`
      : undefined;
  }
  if (scarce) return undefined;
  if (step.operation.op === 'fork' && step.child !== undefined) {
    return 'if (got < 0) complain("a pid");';
  }
  if (step.expected === '-1') return 'if (got != -1) complain("-1");';
  if (step.expected === 'ok') return 'if (got == -1) complain("success");';
  return isKilled(steps, at) ? 'complain("to be killed");' : undefined;
}

/** Is the value read one that the sequence stored there, or the zero that both programs start with? */
function isExplained(steps: readonly PlayedStep[], at: number, value: bigint): boolean {
  const { operation } = steps[at]!;
  if (operation.op !== 'load' && operation.op !== 'amo') return false;
  const { va, width } = operation;
  if (value === 0n && /^(data|bss|heap)$/.test(va)) return true;
  return steps.slice(0, at).some(({ operation: earlier }) => {
    if (earlier.op !== 'store' && earlier.op !== 'amo') return false;
    const stored = BigInt.asUintN(8 * width, BigInt(earlier.value));
    return (
      earlier.va === va && earlier.width >= width && stored === BigInt.asUintN(8 * width, value)
    );
  });
}
