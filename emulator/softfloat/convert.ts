import { propagate } from './arithmetic.ts';
import { FLAG, type FloatFormat, type FloatResult, infinity, unpack, zero } from './format.ts';
import { round, roundToInteger } from './round.ts';

/** Integer types of the conversions, by the letters of the mnemonics. */
export type IntegerKind = 'w' | 'wu' | 'l' | 'lu';

function range(kind: IntegerKind): { low: bigint; high: bigint } {
  const bits = kind.startsWith('w') ? 32n : 64n;
  return kind.endsWith('u')
    ? { low: 0n, high: (1n << bits) - 1n }
    : { low: -(1n << (bits - 1n)), high: (1n << (bits - 1n)) - 1n };
}

/** What a register holds of an integer result: words sign-extended, also unsigned ones. */
const toRegister = (kind: IntegerKind, value: bigint): bigint =>
  BigInt.asUintN(64, kind.startsWith('w') ? BigInt.asIntN(32, value) : value);

/** Number → integer; out of range saturates and is invalid, a NaN counts as +∞. */
export function toInteger(f: FloatFormat, rm: number, kind: IntegerKind, a: bigint): FloatResult {
  const x = unpack(f, a);
  const { low, high } = range(kind);
  const saturated = (value: bigint) => ({ bits: toRegister(kind, value), flags: FLAG.invalid });
  if (x.kind === 'nan') return saturated(high);
  if (x.kind === 'infinite') return saturated(x.negative ? low : high);
  if (x.kind === 'zero') return { bits: 0n, flags: 0 };
  if (x.exponent > 64) return saturated(x.negative ? low : high);
  const { magnitude, inexact } = roundToInteger(rm, x);
  const value = x.negative ? -magnitude : magnitude;
  if (value < low) return saturated(low);
  if (value > high) return saturated(high);
  return { bits: toRegister(kind, value), flags: inexact ? FLAG.inexact : 0 };
}

/** Integer → number. `register` is the source register's 64 bits. */
export function fromInteger(
  f: FloatFormat,
  rm: number,
  kind: IntegerKind,
  register: bigint,
): FloatResult {
  const bits = kind.startsWith('w') ? 32 : 64;
  const value = kind.endsWith('u') ? BigInt.asUintN(bits, register) : BigInt.asIntN(bits, register);
  if (value === 0n) return { bits: zero(f, false), flags: 0 };
  const negative = value < 0n;
  return round(f, rm, { negative, significand: negative ? -value : value, exponent: 0 });
}

/** Between the two formats. */
export function changeFormat(
  from: FloatFormat,
  to: FloatFormat,
  rm: number,
  a: bigint,
): FloatResult {
  const x = unpack(from, a);
  const nan = propagate(to, x);
  if (nan !== undefined) return nan;
  if (x.kind === 'infinite') return { bits: infinity(to, x.negative), flags: 0 };
  if (x.kind === 'zero') return { bits: zero(to, x.negative), flags: 0 };
  return round(to, rm, x);
}
