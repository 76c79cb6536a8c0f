import {
  bias,
  FLAG,
  type FloatFormat,
  type FloatResult,
  greatest,
  infinity,
  leastExponent,
  pack,
  RM,
  zero,
} from './format.ts';

/** Number of bits of a positive integer. */
export const bitLength = (value: bigint): number => value.toString(2).length;

/** An exact value, or one known to lie strictly between two neighbours (`sticky`). */
export interface Exact {
  negative: boolean;
  /** positive */
  significand: bigint;
  exponent: number;
  /** the true magnitude is a little above significand · 2^exponent */
  sticky?: boolean;
}

/**
 * The number of the format that the rounding mode chooses for an exact value, with overflow,
 * underflow (tininess detected after rounding, as RISC-V requires) and inexact.
 */
export function round(f: FloatFormat, rm: number, value: Exact): FloatResult {
  const exact = value.sticky === true ? withStickyBit(value) : value;
  const precision = f.fractionBits + 1;
  const free = exact.exponent + bitLength(exact.significand) - precision;
  const quantum = Math.max(free, leastExponent(f));
  const rounded = roundTo(exact, quantum, precision, rm);
  if (rounded.quantum + precision - 1 > bias(f)) return overflow(f, rm, exact.negative);
  let flags = rounded.inexact ? FLAG.inexact : 0;
  if (rounded.inexact && free < leastExponent(f) && isTiny(f, exact, free, precision, rm)) {
    flags |= FLAG.underflow;
  }
  const bits =
    rounded.kept === 0n
      ? zero(f, exact.negative)
      : pack(f, exact.negative, rounded.kept, rounded.quantum);
  return { bits, flags };
}

/** Keeps enough bits that the last one can stand for all that was dropped. */
const withStickyBit = (value: Exact): Exact => ({
  negative: value.negative,
  significand: (value.significand << 2n) | 1n,
  exponent: value.exponent - 2,
});

/** The value as an integer multiple of 2^quantum; a carry out of `precision` bits moves the quantum. */
function roundTo(value: Exact, quantum: number, precision: number, rm: number) {
  const shift = BigInt(quantum - value.exponent);
  if (shift <= 0n) return { kept: value.significand << -shift, quantum, inexact: false };
  const kept = value.significand >> shift;
  const dropped = value.significand & ((1n << shift) - 1n);
  const up = roundsUp(rm, value.negative, kept, dropped, 1n << (shift - 1n));
  const result = up ? kept + 1n : kept;
  const carried = result >> BigInt(precision) !== 0n;
  return {
    kept: carried ? result >> 1n : result,
    quantum: carried ? quantum + 1 : quantum,
    inexact: dropped !== 0n,
  };
}

function roundsUp(
  rm: number,
  negative: boolean,
  kept: bigint,
  dropped: bigint,
  half: bigint,
): boolean {
  if (dropped === 0n) return false;
  if (rm === RM.nearestEven) return dropped > half || (dropped === half && (kept & 1n) === 1n);
  if (rm === RM.nearestMax) return dropped >= half;
  if (rm === RM.down) return negative;
  return rm === RM.up && !negative;
}

/** Would the value, rounded with an unbounded exponent, still be below the least normal number? */
function isTiny(f: FloatFormat, value: Exact, free: number, precision: number, rm: number) {
  return roundTo(value, free, precision, rm).quantum < leastExponent(f);
}

function overflow(f: FloatFormat, rm: number, negative: boolean): FloatResult {
  const finite = rm === RM.toZero || rm === (negative ? RM.up : RM.down);
  return {
    bits: finite ? greatest(f, negative) : infinity(f, negative),
    flags: FLAG.overflow | FLAG.inexact,
  };
}

/** Rounds to an integer, for conversions: the magnitude, and whether anything was dropped. */
export function roundToInteger(rm: number, value: Exact): { magnitude: bigint; inexact: boolean } {
  const rounded = roundTo(value, Math.max(0, value.exponent), Number.MAX_SAFE_INTEGER, rm);
  return {
    magnitude: rounded.kept << BigInt(rounded.quantum),
    inexact: rounded.inexact,
  };
}
