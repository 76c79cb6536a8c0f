import {
  canonicalNan,
  FLAG,
  type FloatFormat,
  type FloatResult,
  infinity,
  RM,
  type Unpacked,
  unpack,
  zero,
} from './format.ts';
import { bitLength, round } from './round.ts';

const invalid = (f: FloatFormat): FloatResult => ({ bits: canonicalNan(f), flags: FLAG.invalid });
const exactly = (bits: bigint): FloatResult => ({ bits, flags: 0 });

/** The NaN for operands of which one is a NaN: invalid when one of them signals. */
export function propagate(f: FloatFormat, ...operands: Unpacked[]): FloatResult | undefined {
  if (!operands.some((x) => x.kind === 'nan')) return undefined;
  return operands.some((x) => x.signaling) ? invalid(f) : exactly(canonicalNan(f));
}

/** a + b */
export function add(f: FloatFormat, rm: number, a: bigint, b: bigint): FloatResult {
  const x = unpack(f, a);
  const y = unpack(f, b);
  return propagate(f, x, y) ?? sum(f, rm, x, y);
}

/** a − b */
export const subtract = (f: FloatFormat, rm: number, a: bigint, b: bigint): FloatResult => {
  const x = unpack(f, a);
  const y = unpack(f, b);
  return propagate(f, x, y) ?? sum(f, rm, x, { ...y, negative: !y.negative });
};

/** Sum of two numbers, neither a NaN. */
function sum(f: FloatFormat, rm: number, x: Unpacked, y: Unpacked): FloatResult {
  if (x.kind === 'infinite' || y.kind === 'infinite') {
    if (x.kind === y.kind && x.negative !== y.negative) return invalid(f);
    return exactly(infinity(f, x.kind === 'infinite' ? x.negative : y.negative));
  }
  const exponent = Math.min(
    x.kind === 'zero' ? y.exponent : x.exponent,
    y.kind === 'zero' ? x.exponent : y.exponent,
  );
  const total = signedAt(x, exponent) + signedAt(y, exponent);
  if (total !== 0n) {
    const negative = total < 0n;
    return round(f, rm, { negative, significand: negative ? -total : total, exponent });
  }
  return exactly(zero(f, x.negative === y.negative ? x.negative : rm === RM.down));
}

function signedAt(x: Unpacked, exponent: number): bigint {
  if (x.kind === 'zero') return 0n;
  const magnitude = x.significand << BigInt(x.exponent - exponent);
  return x.negative ? -magnitude : magnitude;
}

/** a · b */
export function multiply(f: FloatFormat, rm: number, a: bigint, b: bigint): FloatResult {
  const x = unpack(f, a);
  const y = unpack(f, b);
  const nan = propagate(f, x, y);
  if (nan !== undefined) return nan;
  const product = exactProduct(x, y);
  if (product === undefined) return invalid(f);
  if (product.kind === 'infinite') return exactly(infinity(f, product.negative));
  if (product.kind === 'zero') return exactly(zero(f, product.negative));
  return round(f, rm, product);
}

/** The product, not rounded; undefined for zero times infinity. Neither operand is a NaN. */
function exactProduct(x: Unpacked, y: Unpacked): Unpacked | undefined {
  const kinds = [x.kind, y.kind];
  if (kinds.includes('infinite') && kinds.includes('zero')) return undefined;
  const kind = kinds.includes('infinite') ? 'infinite' : kinds.includes('zero') ? 'zero' : 'finite';
  return {
    kind,
    negative: x.negative !== y.negative,
    significand: x.significand * y.significand,
    exponent: x.exponent + y.exponent,
    signaling: false,
  };
}

/**
 * ±(a · b) ± c with one rounding. Zero times infinity is invalid even where c is a quiet NaN
 * (Unprivileged manual, "Single-Precision Floating-Point Computational Instructions").
 */
export function fusedMultiplyAdd(
  f: FloatFormat,
  rm: number,
  operands: readonly [bigint, bigint, bigint],
  negate: { product: boolean; addend: boolean },
): FloatResult {
  const [x, y, z] = operands.map((bits) => unpack(f, bits)) as [Unpacked, Unpacked, Unpacked];
  const factorsAreNumbers = x.kind !== 'nan' && y.kind !== 'nan';
  const product = factorsAreNumbers ? exactProduct(x, y) : undefined;
  if (factorsAreNumbers && product === undefined) return invalid(f);
  const nan = propagate(f, x, y, z);
  if (nan !== undefined || product === undefined) return nan ?? invalid(f);
  return sum(
    f,
    rm,
    { ...product, negative: product.negative !== negate.product },
    { ...z, negative: z.negative !== negate.addend },
  );
}

/** a ÷ b */
export function divide(f: FloatFormat, rm: number, a: bigint, b: bigint): FloatResult {
  const x = unpack(f, a);
  const y = unpack(f, b);
  const nan = propagate(f, x, y);
  if (nan !== undefined) return nan;
  const negative = x.negative !== y.negative;
  if (x.kind === y.kind && x.kind !== 'finite') return invalid(f);
  if (x.kind === 'infinite') return exactly(infinity(f, negative));
  if (x.kind === 'zero' || y.kind === 'infinite') return exactly(zero(f, negative));
  if (y.kind === 'zero') return { bits: infinity(f, negative), flags: FLAG.divideByZero };
  const extra = f.fractionBits + 3 + bitLength(y.significand);
  const dividend = x.significand << BigInt(extra);
  return round(f, rm, {
    negative,
    significand: dividend / y.significand,
    exponent: x.exponent - y.exponent - extra,
    sticky: dividend % y.significand !== 0n,
  });
}

/** √a */
export function squareRoot(f: FloatFormat, rm: number, a: bigint): FloatResult {
  const x = unpack(f, a);
  const nan = propagate(f, x);
  if (nan !== undefined) return nan;
  if (x.kind === 'zero') return exactly(zero(f, x.negative));
  if (x.negative) return invalid(f);
  if (x.kind === 'infinite') return exactly(infinity(f, false));
  const even = 2 * (f.fractionBits + 3) + (Math.abs(x.exponent) % 2);
  const radicand = x.significand << BigInt(even);
  const root = integerRoot(radicand);
  return round(f, rm, {
    negative: false,
    significand: root,
    exponent: (x.exponent - even) / 2,
    sticky: root * root !== radicand,
  });
}

/** Floor of the square root, by Newton's method from above. */
function integerRoot(value: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(bitLength(value) / 2));
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
