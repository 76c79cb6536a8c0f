import { canonicalNan, FLAG, type FloatFormat, type FloatResult, unpack } from './format.ts';

/** Orders the bits of two numbers that are not NaN, −0 below +0. */
function totalOrder(f: FloatFormat, a: bigint, b: bigint): number {
  const key = (bits: bigint): bigint => {
    const magnitude = bits & ((1n << (f.bits - 1n)) - 1n);
    return bits >> (f.bits - 1n) === 1n ? -magnitude - 1n : magnitude;
  };
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}

/** feq, flt, fle: 0 or 1. Comparing for order is invalid for any NaN, for equality for a signaling one. */
export function compare(
  f: FloatFormat,
  relation: 'eq' | 'lt' | 'le',
  a: bigint,
  b: bigint,
): FloatResult {
  const x = unpack(f, a);
  const y = unpack(f, b);
  if (x.kind === 'nan' || y.kind === 'nan') {
    const raises = relation !== 'eq' || x.signaling || y.signaling;
    return { bits: 0n, flags: raises ? FLAG.invalid : 0 };
  }
  const order = x.kind === 'zero' && y.kind === 'zero' ? 0 : totalOrder(f, a, b);
  const holds = { eq: order === 0, lt: order < 0, le: order <= 0 }[relation];
  return { bits: holds ? 1n : 0n, flags: 0 };
}

/** fmin, fmax: a NaN loses against a number; −0 is less than +0. */
export function extreme(f: FloatFormat, which: 'min' | 'max', a: bigint, b: bigint): FloatResult {
  const x = unpack(f, a);
  const y = unpack(f, b);
  const flags = x.signaling || y.signaling ? FLAG.invalid : 0;
  if (x.kind === 'nan') return { bits: y.kind === 'nan' ? canonicalNan(f) : b, flags };
  if (y.kind === 'nan') return { bits: a, flags };
  const takesFirst = totalOrder(f, a, b) < 0 === (which === 'min');
  return { bits: takesFirst ? a : b, flags };
}

/** fclass: one bit of ten (Unprivileged manual, table of fclass results). */
export function classify(f: FloatFormat, a: bigint): FloatResult {
  const x = unpack(f, a);
  if (x.kind === 'nan') return { bits: x.signaling ? 1n << 8n : 1n << 9n, flags: 0 };
  const subnormal = x.kind === 'finite' && x.significand >> BigInt(f.fractionBits) === 0n;
  const fromOutside = { infinite: 0, finite: subnormal ? 2 : 1, zero: 3 }[x.kind];
  return { bits: 1n << BigInt(x.negative ? fromOutside : 7 - fromOutside), flags: 0 };
}
