import { constant, foldBinary, foldUnary } from './fold.ts';
import type { Const, Expr, Stmt, ValueType } from './nodes.ts';

/** Where an operand is expected, a number stands for a constant. */
export type Operand = Expr | number | bigint;

export function operand(type: ValueType, value: Operand): Expr {
  if (typeof value === 'object') {
    if (value.type !== type) throw new Error(`operand: ${value.type} where ${type} is expected`);
    return value;
  }
  return constant(type, value);
}

type BinaryOp = (a: Operand, b: Operand) => Expr;
type UnaryOp = (a: Operand) => Expr;
type LoadOp = (address: Operand, offset?: number) => Expr;
type StoreOp = (address: Operand, value: Operand, offset?: number) => Stmt;

function binary(name: string, code: number, from: ValueType, to: ValueType = from): BinaryOp {
  return (a, b) => foldBinary(name, code, from, to, operand(from, a), operand(from, b));
}

function unary(name: string, code: number, from: ValueType, to: ValueType = from): UnaryOp {
  return (a) => foldUnary(name, code, to, operand(from, a));
}

function load(type: ValueType, code: number, sizeLog2: number): LoadOp {
  return (address, offset = 0) => ({
    kind: 'load',
    type,
    code,
    sizeLog2,
    address: operand('i32', address),
    offset,
  });
}

function store(type: ValueType, code: number, sizeLog2: number): StoreOp {
  return (address, value, offset = 0) => ({
    kind: 'store',
    code,
    sizeLog2,
    address: operand('i32', address),
    value: operand(type, value),
    offset,
  });
}

/** Operators on 32-bit values (WebAssembly core specification, 5.4.7); comparisons yield 0 or 1. */
export const i32 = {
  const: (value: number): Const => constant('i32', value),
  eqz: unary('eqz', 0x45, 'i32'),
  eq: binary('eq', 0x46, 'i32'),
  ne: binary('ne', 0x47, 'i32'),
  ltS: binary('ltS', 0x48, 'i32'),
  ltU: binary('ltU', 0x49, 'i32'),
  gtS: binary('gtS', 0x4a, 'i32'),
  gtU: binary('gtU', 0x4b, 'i32'),
  leS: binary('leS', 0x4c, 'i32'),
  leU: binary('leU', 0x4d, 'i32'),
  geS: binary('geS', 0x4e, 'i32'),
  geU: binary('geU', 0x4f, 'i32'),
  clz: unary('clz', 0x67, 'i32'),
  ctz: unary('ctz', 0x68, 'i32'),
  popcnt: unary('popcnt', 0x69, 'i32'),
  add: binary('add', 0x6a, 'i32'),
  sub: binary('sub', 0x6b, 'i32'),
  mul: binary('mul', 0x6c, 'i32'),
  divS: binary('divS', 0x6d, 'i32'),
  divU: binary('divU', 0x6e, 'i32'),
  remS: binary('remS', 0x6f, 'i32'),
  remU: binary('remU', 0x70, 'i32'),
  and: binary('and', 0x71, 'i32'),
  or: binary('or', 0x72, 'i32'),
  xor: binary('xor', 0x73, 'i32'),
  shl: binary('shl', 0x74, 'i32'),
  shrS: binary('shrS', 0x75, 'i32'),
  shrU: binary('shrU', 0x76, 'i32'),
  rotl: binary('rotl', 0x77, 'i32'),
  rotr: binary('rotr', 0x78, 'i32'),
  /** low half of an i64 */
  wrap: unary('wrap', 0xa7, 'i64', 'i32'),
  extend8s: unary('extend8s', 0xc0, 'i32'),
  extend16s: unary('extend16s', 0xc1, 'i32'),
  load: load('i32', 0x28, 2),
  load8s: load('i32', 0x2c, 0),
  load8u: load('i32', 0x2d, 0),
  load16s: load('i32', 0x2e, 1),
  load16u: load('i32', 0x2f, 1),
  store: store('i32', 0x36, 2),
  store8: store('i32', 0x3a, 0),
  store16: store('i32', 0x3b, 1),
};

/** Operators on 64-bit values; comparisons yield an i32. */
export const i64 = {
  const: (value: number | bigint): Const => constant('i64', value),
  eqz: unary('eqz', 0x50, 'i64', 'i32'),
  eq: binary('eq', 0x51, 'i64', 'i32'),
  ne: binary('ne', 0x52, 'i64', 'i32'),
  ltS: binary('ltS', 0x53, 'i64', 'i32'),
  ltU: binary('ltU', 0x54, 'i64', 'i32'),
  gtS: binary('gtS', 0x55, 'i64', 'i32'),
  gtU: binary('gtU', 0x56, 'i64', 'i32'),
  leS: binary('leS', 0x57, 'i64', 'i32'),
  leU: binary('leU', 0x58, 'i64', 'i32'),
  geS: binary('geS', 0x59, 'i64', 'i32'),
  geU: binary('geU', 0x5a, 'i64', 'i32'),
  clz: unary('clz', 0x79, 'i64'),
  ctz: unary('ctz', 0x7a, 'i64'),
  popcnt: unary('popcnt', 0x7b, 'i64'),
  add: binary('add', 0x7c, 'i64'),
  sub: binary('sub', 0x7d, 'i64'),
  mul: binary('mul', 0x7e, 'i64'),
  divS: binary('divS', 0x7f, 'i64'),
  divU: binary('divU', 0x80, 'i64'),
  remS: binary('remS', 0x81, 'i64'),
  remU: binary('remU', 0x82, 'i64'),
  and: binary('and', 0x83, 'i64'),
  or: binary('or', 0x84, 'i64'),
  xor: binary('xor', 0x85, 'i64'),
  shl: binary('shl', 0x86, 'i64'),
  shrS: binary('shrS', 0x87, 'i64'),
  shrU: binary('shrU', 0x88, 'i64'),
  rotl: binary('rotl', 0x89, 'i64'),
  rotr: binary('rotr', 0x8a, 'i64'),
  /** an i32, sign-extended */
  extendS: unary('extendS', 0xac, 'i32', 'i64'),
  /** an i32, zero-extended */
  extendU: unary('extendU', 0xad, 'i32', 'i64'),
  extend8s: unary('extend8s', 0xc2, 'i64'),
  extend16s: unary('extend16s', 0xc3, 'i64'),
  extend32s: unary('extend32s', 0xc4, 'i64'),
  load: load('i64', 0x29, 3),
  load8s: load('i64', 0x30, 0),
  load8u: load('i64', 0x31, 0),
  load16s: load('i64', 0x32, 1),
  load16u: load('i64', 0x33, 1),
  load32s: load('i64', 0x34, 2),
  load32u: load('i64', 0x35, 2),
  store: store('i64', 0x37, 3),
  store8: store('i64', 0x3c, 0),
  store16: store('i64', 0x3d, 1),
  store32: store('i64', 0x3e, 2),
};
