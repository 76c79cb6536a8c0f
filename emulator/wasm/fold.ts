import type { Binary, Const, Expr, Unary, ValueType } from './nodes.ts';

/** A constant in normal form: see `Const.value`. */
export function constant(type: ValueType, value: number | bigint): Const {
  if (type === 'i32') {
    const low = typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value));
    return { kind: 'const', type, value: low };
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return { kind: 'const', type, value };
  }
  const signed = BigInt.asIntN(64, BigInt(value));
  const small = Number(signed);
  return { kind: 'const', type, value: Number.isSafeInteger(small) ? small : signed };
}

type Evaluate = (a: bigint, b: bigint, bits: number) => bigint;
const u = (value: bigint, bits: number): bigint => BigInt.asUintN(bits, value);
const distance = (value: bigint, bits: number): bigint => value & BigInt(bits - 1);

/** Operators that are evaluated when both sides are constants. Divisions may trap: not among them. */
const evaluators: Record<string, Evaluate> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b, bits) => a << distance(b, bits),
  shrS: (a, b, bits) => a >> distance(b, bits),
  shrU: (a, b, bits) => u(a, bits) >> distance(b, bits),
  eq: (a, b) => BigInt(a === b),
  ne: (a, b) => BigInt(a !== b),
  ltS: (a, b) => BigInt(a < b),
  ltU: (a, b, bits) => BigInt(u(a, bits) < u(b, bits)),
  gtS: (a, b) => BigInt(a > b),
  gtU: (a, b, bits) => BigInt(u(a, bits) > u(b, bits)),
  leS: (a, b) => BigInt(a <= b),
  leU: (a, b, bits) => BigInt(u(a, bits) <= u(b, bits)),
  geS: (a, b) => BigInt(a >= b),
  geU: (a, b, bits) => BigInt(u(a, bits) >= u(b, bits)),
};

/** Operators of which a zero on the right leaves the left side. */
const rightZero = new Set(['add', 'sub', 'or', 'xor', 'shl', 'shrS', 'shrU', 'rotl', 'rotr']);
const commutative = new Set(['add', 'mul', 'and', 'or', 'xor', 'eq', 'ne']);

export function foldBinary(
  name: string,
  code: number,
  operandType: ValueType,
  type: ValueType,
  left: Expr,
  right: Expr,
): Expr {
  let a = left;
  let b = right;
  if (a.kind === 'const') {
    if (b.kind === 'const') {
      const value = evaluate(name, operandType, a.value, b.value);
      if (value !== undefined) return constant(type, value);
    } else if (commutative.has(name)) {
      [a, b] = [b, a];
    }
  }
  if (b.kind === 'const') {
    if (b.value === 0 && rightZero.has(name)) return a;
    if (b.value === -1 && name === 'and') return a;
    if (name === 'add' && a.kind === 'binary' && a.code === code && a.b.kind === 'const') {
      // A sum of constants on the right of a sum, as `rs1 + imm + offset`, becomes one constant.
      const value = evaluate('add', type, a.b.value, b.value);
      if (value !== undefined) return { ...a, b: constant(type, value) };
    }
  }
  const node: Binary = { kind: 'binary', type, code, a, b };
  return node;
}

function evaluate(
  name: string,
  type: ValueType,
  a: number | bigint,
  b: number | bigint,
): number | bigint | undefined {
  if (typeof a === 'number' && typeof b === 'number' && type === 'i64') {
    const sum = name === 'add' ? a + b : name === 'sub' ? a - b : Number.NaN;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const bits = type === 'i32' ? 32 : 64;
  return evaluators[name]?.(BigInt(a), BigInt(b), bits);
}

export function foldUnary(name: string, code: number, type: ValueType, a: Expr): Expr {
  if (a.kind === 'const') {
    const value = BigInt(a.value);
    if (name === 'eqz') return constant(type, value === 0n ? 1 : 0);
    if (name === 'wrap' || name === 'extendS') return constant(type, value);
    if (name === 'extendU') return constant(type, BigInt.asUintN(32, value));
    if (name === 'extend8s') return constant(type, BigInt.asIntN(8, value));
    if (name === 'extend16s') return constant(type, BigInt.asIntN(16, value));
    if (name === 'extend32s') return constant(type, BigInt.asIntN(32, value));
  }
  const node: Unary = { kind: 'unary', type, code, a };
  return node;
}
