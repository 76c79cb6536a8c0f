import type { ByteWriter } from './bytes.ts';
import type { Body, Expr, Label, ResultType, Stmt, ValueType } from './nodes.ts';

/** Encoding of a value type (core specification, 5.3.1). */
export const typeByte = (type: ResultType): number =>
  type === 'i32' ? 0x7f : type === 'i64' ? 0x7e : 0x40;

const END = 0x0b;

/** Writes the instructions of a function body; `end` is the caller's. */
export function emitBody(out: ByteWriter, body: Body): void {
  emitList(out, body, 0);
}

function emitList(out: ByteWriter, body: Body, depth: number): void {
  for (const statement of body) emitStmt(out, statement, depth);
}

function emitStmt(out: ByteWriter, s: Stmt, depth: number): void {
  if (!('kind' in s)) {
    emitList(out, s, depth);
    return;
  }
  switch (s.kind) {
    case 'set':
      emitExpr(out, s.value, depth);
      out.byte(0x21);
      out.unsigned(s.local.index);
      return;
    case 'globalSet':
      emitExpr(out, s.value, depth);
      out.byte(0x24);
      out.unsigned(s.global.index);
      return;
    case 'store':
      emitExpr(out, s.address, depth);
      emitExpr(out, s.value, depth);
      emitAccess(out, s.code, s.sizeLog2, s.offset);
      return;
    case 'if':
      emitIf(out, s.condition, s.then, s.otherwise, depth);
      return;
    case 'block':
      emitNested(out, 0x02, s.label, s.body, depth);
      return;
    case 'loop':
      emitNested(out, 0x03, s.label, s.body, depth);
      return;
    case 'br':
      emitBranch(out, 0x0c, s.label, depth);
      return;
    case 'brIf':
      emitExpr(out, s.condition, depth);
      emitBranch(out, 0x0d, s.label, depth);
      return;
    case 'brTable':
      emitExpr(out, s.index, depth);
      out.byte(0x0e);
      out.unsigned(s.labels.length);
      for (const target of s.labels) out.unsigned(distance(target, depth));
      out.unsigned(distance(s.otherwise, depth));
      return;
    case 'return':
      if (s.value) emitExpr(out, s.value, depth);
      out.byte(0x0f);
      return;
    case 'unreachable':
      out.byte(0x00);
      return;
    case 'fill':
      emitBulk(out, s.destination, s.value, s.size, depth);
      out.bytes([0xfc, 0x0b, 0x00]);
      return;
    case 'copy':
      emitBulk(out, s.destination, s.source, s.size, depth);
      out.bytes([0xfc, 0x0a, 0x00, 0x00]);
      return;
    default:
      emitExpr(out, s, depth);
      if (s.type !== 'void' && !(s.kind === 'call' && s.tail)) out.byte(0x1a);
  }
}

function emitIf(out: ByteWriter, condition: Expr, then: Body, otherwise: Body, depth: number) {
  emitExpr(out, condition, depth);
  out.byte(0x04);
  out.byte(0x40);
  emitList(out, then, depth + 1);
  if (otherwise.length > 0) {
    out.byte(0x05);
    emitList(out, otherwise, depth + 1);
  }
  out.byte(END);
}

function emitNested(out: ByteWriter, code: number, label: Label, body: Body, depth: number): void {
  out.byte(code);
  out.byte(0x40);
  label.depth = depth + 1;
  emitList(out, body, depth + 1);
  label.depth = -1;
  out.byte(END);
}

function emitBulk(out: ByteWriter, a: Expr, b: Expr, size: Expr, depth: number): void {
  emitExpr(out, a, depth);
  emitExpr(out, b, depth);
  emitExpr(out, size, depth);
}

function distance(label: Label, depth: number): number {
  if (label.depth < 0) throw new Error('distance: a branch to a label outside its block');
  return depth - label.depth;
}

function emitBranch(out: ByteWriter, code: number, label: Label, depth: number): void {
  out.byte(code);
  out.unsigned(distance(label, depth));
}

function emitAccess(out: ByteWriter, code: number, sizeLog2: number, offset: number): void {
  out.byte(code);
  out.unsigned(sizeLog2);
  out.unsigned(offset);
}

function emitConst(out: ByteWriter, type: ValueType, value: number | bigint): void {
  out.byte(type === 'i32' ? 0x41 : 0x42);
  out.signed(value);
}

function emitExpr(out: ByteWriter, e: Expr, depth: number): void {
  switch (e.kind) {
    case 'local':
      out.byte(0x20);
      out.unsigned(e.index);
      return;
    case 'const':
      emitConst(out, e.type, e.value);
      return;
    case 'binary':
      emitExpr(out, e.a, depth);
      emitExpr(out, e.b, depth);
      out.byte(e.code);
      return;
    case 'unary':
      emitExpr(out, e.a, depth);
      out.byte(e.code);
      return;
    case 'load':
      emitExpr(out, e.address, depth);
      emitAccess(out, e.code, e.sizeLog2, e.offset);
      return;
    case 'tee':
      emitExpr(out, e.value, depth);
      out.byte(0x22);
      out.unsigned(e.local.index);
      return;
    case 'global':
      out.byte(0x23);
      out.unsigned(e.index);
      return;
    case 'select':
      emitExpr(out, e.a, depth);
      emitExpr(out, e.b, depth);
      emitExpr(out, e.condition, depth);
      out.byte(0x1b);
      return;
    case 'choose':
      emitExpr(out, e.condition, depth);
      out.byte(0x04);
      out.byte(typeByte(e.type));
      emitExpr(out, e.a, depth + 1);
      out.byte(0x05);
      emitExpr(out, e.b, depth + 1);
      out.byte(END);
      return;
    case 'after':
      emitList(out, e.body, depth);
      emitExpr(out, e.value, depth);
      return;
    case 'call':
      for (const argument of e.args) emitExpr(out, argument, depth);
      out.byte(e.tail ? 0x12 : 0x10);
      out.unsigned(e.target.index);
      return;
    case 'callIndirect':
      for (const argument of e.args) emitExpr(out, argument, depth);
      emitExpr(out, e.index, depth);
      out.byte(0x11);
      out.unsigned(e.signature);
      out.byte(0x00);
      return;
  }
}
