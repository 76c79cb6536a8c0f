/** IEEE 754 binary interchange formats as RISC-V's F and D use them, in exact integer arithmetic. */
export interface FloatFormat {
  readonly exponentBits: number;
  readonly fractionBits: number;
  /** bits of the whole format */
  readonly bits: bigint;
}

export const SINGLE: FloatFormat = { exponentBits: 8, fractionBits: 23, bits: 32n };
export const DOUBLE: FloatFormat = { exponentBits: 11, fractionBits: 52, bits: 64n };

/** Accrued exception flags (Unprivileged manual, "Floating-Point Control and Status Register"). */
export const FLAG = {
  inexact: 1,
  underflow: 2,
  overflow: 4,
  divideByZero: 8,
  invalid: 16,
} as const;

/** Rounding modes, as `frm` and the rm field encode them. */
export const RM = { nearestEven: 0, toZero: 1, down: 2, up: 3, nearestMax: 4 } as const;

/** Bits of a result with the flags that it raises. */
export interface FloatResult {
  bits: bigint;
  flags: number;
}

/** A number taken apart: finite value is (−1)^sign · significand · 2^exponent. */
export interface Unpacked {
  kind: 'zero' | 'finite' | 'infinite' | 'nan';
  negative: boolean;
  significand: bigint;
  exponent: number;
  signaling: boolean;
}

export const bias = (f: FloatFormat): number => 2 ** (f.exponentBits - 1) - 1;
/** Exponent of the least significant bit of subnormal numbers. */
export const leastExponent = (f: FloatFormat): number => 1 - bias(f) - f.fractionBits;

const exponentMask = (f: FloatFormat): bigint => (1n << BigInt(f.exponentBits)) - 1n;
const fractionMask = (f: FloatFormat): bigint => (1n << BigInt(f.fractionBits)) - 1n;
const signBit = (f: FloatFormat): bigint => 1n << (f.bits - 1n);

export const infinity = (f: FloatFormat, negative: boolean): bigint =>
  (negative ? signBit(f) : 0n) | (exponentMask(f) << BigInt(f.fractionBits));
export const zero = (f: FloatFormat, negative: boolean): bigint => (negative ? signBit(f) : 0n);
/** The largest finite number. */
export const greatest = (f: FloatFormat, negative: boolean): bigint => infinity(f, negative) - 1n;
/** The one NaN that operations return (Unprivileged manual, "NaN Generation and Propagation"). */
export const canonicalNan = (f: FloatFormat): bigint =>
  infinity(f, false) | (1n << BigInt(f.fractionBits - 1));

/** Takes the format's bits apart. */
export function unpack(f: FloatFormat, bits: bigint): Unpacked {
  const negative = (bits & signBit(f)) !== 0n;
  const field = Number((bits >> BigInt(f.fractionBits)) & exponentMask(f));
  const fraction = bits & fractionMask(f);
  const of = (kind: Unpacked['kind'], significand = 0n, exponent = 0, signaling = false) => ({
    kind,
    negative,
    significand,
    exponent,
    signaling,
  });
  if (field === Number(exponentMask(f))) {
    if (fraction === 0n) return of('infinite');
    return of('nan', 0n, 0, (fraction & (1n << BigInt(f.fractionBits - 1))) === 0n);
  }
  if (field === 0) return fraction === 0n ? of('zero') : of('finite', fraction, leastExponent(f));
  const significand = fraction | (1n << BigInt(f.fractionBits));
  return of('finite', significand, field - bias(f) - f.fractionBits);
}

/**
 * Puts a finite number together: `significand` below 2^(fractionBits+1), at `exponent` not below
 * `leastExponent`, with its leading bit set unless it is subnormal.
 */
export function pack(
  f: FloatFormat,
  negative: boolean,
  significand: bigint,
  exponent: number,
): bigint {
  const subnormal = significand >> BigInt(f.fractionBits) === 0n;
  const field = subnormal ? 0 : exponent + bias(f) + f.fractionBits;
  return (
    zero(f, negative) | (BigInt(field) << BigInt(f.fractionBits)) | (significand & fractionMask(f))
  );
}

const UPPER = 0xffff_ffff_0000_0000n;

/** A register's 64 bits as a number of the format; a single that is not NaN-boxed reads as NaN. */
export function unbox(f: FloatFormat, register: bigint): bigint {
  if (f.bits === 64n) return register;
  return (register & UPPER) === UPPER ? register & 0xffff_ffffn : canonicalNan(f);
}

/** The format's bits as a register holds them: singles NaN-boxed. */
export const box = (f: FloatFormat, bits: bigint): bigint => (f.bits === 64n ? bits : UPPER | bits);
