/**
 * Judged by the host: JavaScript's double arithmetic is IEEE 754 round-to-nearest-even, and Math.fround
 * rounds to single. Directed modes are judged by what they must bracket, flags by the manual's rules
 * and by hand-made cases.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FLAG, RM } from './format.ts';
import { floatOperationNumber, runFloat } from './operations.ts';

const view = new DataView(new ArrayBuffer(8));
const doubleBits = (x: number): bigint => {
  view.setFloat64(0, x);
  return view.getBigUint64(0);
};
const toDouble = (bits: bigint): number => {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
};
const singleBits = (x: number): bigint => {
  view.setFloat32(0, x);
  return 0xffff_ffff_0000_0000n | BigInt(view.getUint32(0));
};
const toSingle = (bits: bigint): number => {
  view.setUint32(0, Number(bits & 0xffff_ffffn));
  return view.getFloat32(0);
};
const NAN64 = 0x7ff8_0000_0000_0000n;
const run = (name: string, rm: number, a: bigint, b = 0n, c = 0n) =>
  runFloat(floatOperationNumber(name), rm, a, b, c);

/** Bit patterns that meet often: near powers of two, subnormal, huge, special. */
const anyDouble = fc.oneof(
  fc.double().map(doubleBits),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.constantFrom(0n, 1n, 1n << 63n, doubleBits(1), doubleBits(Infinity), doubleBits(2 ** -1022)),
);
const anySingle = fc.oneof(
  fc.float().map(singleBits),
  fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((x) => 0xffff_ffff_0000_0000n | x),
);
const sameDouble = (got: bigint, want: number) =>
  expect(got).toBe(Number.isNaN(want) ? NAN64 : doubleBits(want));
const sameSingle = (got: bigint, want: number) =>
  expect(got).toBe(Number.isNaN(want) ? 0xffff_ffff_7fc0_0000n : singleBits(want));

const HOST: Record<string, (a: number, b: number) => number> = {
  fadd: (a, b) => a + b,
  fsub: (a, b) => a - b,
  fmul: (a, b) => a * b,
  fdiv: (a, b) => a / b,
  fsqrt: (a) => Math.sqrt(a),
};

describe('rounding to nearest agrees with the host', () => {
  test.each(Object.keys(HOST))('%s.d', (name) => {
    fc.assert(
      fc.property(anyDouble, anyDouble, (a, b) => {
        sameDouble(run(`${name}.d`, 0, a, b).bits, HOST[name]!(toDouble(a), toDouble(b)));
      }),
      { numRuns: 2000 },
    );
  });
  test.each(Object.keys(HOST))('%s.s (double rounding is innocuous for these)', (name) => {
    fc.assert(
      fc.property(anySingle, anySingle, (a, b) => {
        const want = Math.fround(HOST[name]!(toSingle(a), toSingle(b)));
        sameSingle(run(`${name}.s`, 0, a, b).bits, want);
      }),
      { numRuns: 2000 },
    );
  });
  test('fcvt.s.d', () => {
    fc.assert(
      fc.property(anyDouble, (a) => {
        sameSingle(run('fcvt.s.d', 0, a).bits, Math.fround(toDouble(a)));
      }),
      { numRuns: 2000 },
    );
  });
  test('fcvt.d.l', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), (a) => {
        sameDouble(run('fcvt.d.l', 0, BigInt.asUintN(64, a)).bits, Number(a));
      }),
    );
  });
});

test('directed modes bracket the nearest and differ exactly when inexact', () => {
  fc.assert(
    fc.property(anyDouble, anyDouble, (a, b) => {
      const down = run('fadd.d', RM.down, a, b);
      const up = run('fadd.d', RM.up, a, b);
      const near = run('fadd.d', RM.nearestEven, a, b);
      const exact = (near.flags & FLAG.inexact) === 0;
      if (Number.isNaN(toDouble(near.bits))) return;
      expect(toDouble(down.bits) === toDouble(up.bits)).toBe(exact);
      expect([toDouble(down.bits), toDouble(up.bits)]).toContain(toDouble(near.bits));
      const zero = run('fadd.d', RM.toZero, a, b);
      expect(Math.abs(toDouble(zero.bits))).toBe(
        Math.min(Math.abs(toDouble(down.bits)), Math.abs(toDouble(up.bits))),
      );
    }),
    { numRuns: 2000 },
  );
});

test('fused multiply-add rounds once', () => {
  const e = 2 ** -52;
  const a = doubleBits(1 + e);
  const fused = run('fmadd.d', 0, a, a, doubleBits(-(1 + 2 * e)));
  expect(toDouble(fused.bits)).toBe(e * e);
  expect(fused.flags).toBe(0);
  const minus = run('fnmsub.d', 0, a, a, doubleBits(1 + 2 * e));
  expect(toDouble(minus.bits)).toBe(-e * e);
});

test.each([
  ['1/0 divides by zero', 'fdiv.d', 0, 1, 0, Infinity, FLAG.divideByZero],
  ['0/0 is invalid', 'fdiv.d', 0, 0, 0, Number.NaN, FLAG.invalid],
  ['overflow to nearest', 'fmul.d', 0, 1e300, 1e300, Infinity, FLAG.overflow | FLAG.inexact],
  [
    'overflow to zero stays finite',
    'fmul.d',
    1,
    1e300,
    1e300,
    Number.MAX_VALUE,
    FLAG.overflow | FLAG.inexact,
  ],
  ['overflow down, negative', 'fmul.d', 2, -1e300, 1e300, -Infinity, FLAG.overflow | FLAG.inexact],
  ['an exact subnormal raises nothing', 'fmul.d', 0, 2 ** -1000, 2 ** -70, 2 ** -1070, 0],
  ['underflow', 'fmul.d', 0, 2 ** -1000, 2 ** -100, 0, FLAG.underflow | FLAG.inexact],
  [
    'underflow up',
    'fmul.d',
    3,
    2 ** -1000,
    2 ** -100,
    Number.MIN_VALUE,
    FLAG.underflow | FLAG.inexact,
  ],
  ['root of a negative', 'fsqrt.d', 0, -1, 0, Number.NaN, FLAG.invalid],
  ['root of −0', 'fsqrt.d', 0, -0, 0, -0, 0],
  ['x − x rounding down is −0', 'fsub.d', 2, 5, 5, -0, 0],
  ['∞ − ∞', 'fsub.d', 0, Infinity, Infinity, Number.NaN, FLAG.invalid],
  ['min of zeros', 'fmin.d', 0, 0, -0, -0, 0],
  ['max with a NaN', 'fmax.d', 0, Number.NaN, 3, 3, 0],
] as const)('%s', (_, name, rm, a, b, want, flags) => {
  const result = run(name, rm, doubleBits(a), doubleBits(b));
  sameDouble(result.bits, want);
  expect(result.flags).toBe(flags);
});

test('tininess is judged after rounding', () => {
  // (1 − 2^-53) · 2^-1022 needs one bit more than a subnormal has, and rounds up to the least normal
  const a = doubleBits(1 - 2 ** -53);
  const least = doubleBits(2 ** -1022);
  expect(run('fmul.d', RM.nearestEven, a, least).flags).toBe(FLAG.inexact | FLAG.underflow);
  // (1 + 2^-52)(1 − 2^-52 + …) in single: nearest result reaches the least normal without underflow
  const x = 2 ** -126 * (1 - 2 ** -26);
  const result = run('fcvt.s.d', RM.nearestEven, doubleBits(x));
  expect(toSingle(result.bits)).toBe(2 ** -126);
  expect(result.flags).toBe(FLAG.inexact);
});

test.each([
  ['fcvt.w.d', 0, 2.5, 2n, FLAG.inexact],
  ['fcvt.w.d', 4, 2.5, 3n, FLAG.inexact],
  ['fcvt.w.d', 3, -2.5, -2n, FLAG.inexact],
  ['fcvt.w.d', 0, 2 ** 31, 2n ** 31n - 1n, FLAG.invalid],
  ['fcvt.wu.d', 0, 2 ** 32 - 1, -1n, 0],
  ['fcvt.wu.d', 1, -0.5, 0n, FLAG.inexact],
  ['fcvt.wu.d', 0, -1, 0n, FLAG.invalid],
  ['fcvt.lu.d', 0, Number.NaN, -1n, FLAG.invalid],
  ['fcvt.l.d', 0, -Infinity, -(2n ** 63n), FLAG.invalid],
  ['fcvt.l.d', 0, 1e-300, 0n, FLAG.inexact],
] as const)('%s in mode %i of %d', (name, rm, value, want, flags) => {
  const result = run(name, rm, doubleBits(value));
  expect(BigInt.asIntN(64, result.bits)).toBe(want);
  expect(result.flags).toBe(flags);
});

test('comparisons: order is invalid for quiet NaNs, equality is not', () => {
  const nan = NAN64;
  const signaling = 0x7ff0_0000_0000_0001n;
  expect(run('flt.d', 0, nan, 0n)).toEqual({ bits: 0n, flags: FLAG.invalid });
  expect(run('feq.d', 0, nan, nan)).toEqual({ bits: 0n, flags: 0 });
  expect(run('feq.d', 0, signaling, 0n)).toEqual({ bits: 0n, flags: FLAG.invalid });
  expect(run('feq.d', 0, 0n, 1n << 63n).bits).toBe(1n);
  expect(run('flt.d', 0, 1n << 63n, 0n).bits).toBe(0n);
});

test('a single that is not NaN-boxed reads as the canonical NaN', () => {
  expect(run('fadd.s', 0, 0x3f80_0000n, singleBits(1)).bits).toBe(0xffff_ffff_7fc0_0000n);
});

test.each([
  [-Infinity, 0],
  [-1, 1],
  [-(2 ** -1070), 2],
  [-0, 3],
  [0, 4],
  [2 ** -1070, 5],
  [1, 6],
  [Infinity, 7],
  [Number.NaN, 9],
])('class of %d', (value, bit) => {
  expect(run('fclass.d', 0, doubleBits(value)).bits).toBe(1n << BigInt(bit));
});
