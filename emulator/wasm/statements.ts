import type {
  After,
  Body,
  Call,
  CallIndirect,
  Choose,
  Expr,
  FunctionRef,
  Global,
  Label,
  Local,
  Select,
  Stmt,
  Tee,
} from './nodes.ts';
import { type Operand, operand } from './operations.ts';

/** A new branch target for `block` or `loop`. */
export const label = (): Label => ({ depth: -1 });

export const set = (local: Local, value: Operand): Stmt => ({
  kind: 'set',
  local,
  value: operand(local.type, value),
});

export const tee = (local: Local, value: Operand): Tee => ({
  kind: 'tee',
  type: local.type,
  local,
  value: operand(local.type, value),
});

export const globalSet = (global: Global, value: Operand): Stmt => ({
  kind: 'globalSet',
  global,
  value: operand(global.type, value),
});

/** `if (condition) { then } else { otherwise }`; a constant condition leaves one side. */
export function when(condition: Expr, then: Body, otherwise: Body = []): Stmt {
  if (condition.kind === 'const') return condition.value !== 0 ? then : otherwise;
  return { kind: 'if', condition, then, otherwise };
}

/** Code that `br(label)` leaves. */
export const block = (target: Label, body: Body): Stmt => ({ kind: 'block', label: target, body });

/** Code that `br(label)` repeats; it ends when its end is reached. */
export const loop = (target: Label, body: Body): Stmt => ({ kind: 'loop', label: target, body });

export const br = (target: Label): Stmt => ({ kind: 'br', label: target });

export const brIf = (target: Label, condition: Expr): Stmt => ({
  kind: 'brIf',
  label: target,
  condition,
});

export const brTable = (index: Expr, labels: readonly Label[], otherwise: Label): Stmt => ({
  kind: 'brTable',
  index,
  labels,
  otherwise,
});

export const leave = (value?: Expr): Stmt => ({ kind: 'return', value });

export const unreachable: Stmt = { kind: 'unreachable' };

/** `memory.fill`: sizeBytes bytes of `value`; traps when the end lies outside memory. */
export const fill = (destination: Expr, value: Expr, sizeBytes: Operand): Stmt => ({
  kind: 'fill',
  destination,
  value,
  size: operand('i32', sizeBytes),
});

/** `memory.copy`, right for overlapping ranges. */
export const copy = (destination: Expr, source: Expr, sizeBytes: Operand): Stmt => ({
  kind: 'copy',
  destination,
  source,
  size: operand('i32', sizeBytes),
});

export function call(target: FunctionRef, ...args: Operand[]): Call {
  return makeCall(target, args, false);
}

/** Leaves this function by calling another with the same result type. */
export function returnCall(target: FunctionRef, ...args: Operand[]): Call {
  return makeCall(target, args, true);
}

function makeCall(target: FunctionRef, args: readonly Operand[], tail: boolean): Call {
  return { kind: 'call', type: target.result, target, args: typed(target, args), tail };
}

/** Calls the table's function `index`, which has the signature of `like`. */
export function callIndirect(like: FunctionRef, index: Expr, ...args: Operand[]): CallIndirect {
  const values = typed(like, args);
  return { kind: 'callIndirect', type: like.result, signature: like.type, index, args: values };
}

function typed(target: FunctionRef, args: readonly Operand[]): Expr[] {
  if (args.length !== target.params.length) {
    throw new Error(
      `call: ${target.name} takes ${target.params.length} values, not ${args.length}`,
    );
  }
  return target.params.map((type, index) => operand(type, args[index] as Operand));
}

/** `condition ? a : b` by a branch: only one side is evaluated. */
export function choose(condition: Expr, a: Expr, b: Expr): Expr {
  if (condition.kind === 'const') return condition.value !== 0 ? a : b;
  const node: Choose = { kind: 'choose', type: valueType(a), condition, a, b };
  return node;
}

/** `condition ? a : b` without a branch: both sides are evaluated. */
export function select(condition: Expr, a: Expr, b: Expr): Expr {
  const node: Select = { kind: 'select', type: valueType(a), a, b, condition };
  return node;
}

/** The value of an expression after some statements. */
export function after(body: Body, value: Expr): Expr {
  const node: After = { kind: 'after', type: valueType(value), body, value };
  return node;
}

function valueType(value: Expr): 'i32' | 'i64' {
  if (value.type === 'void') throw new Error('valueType: a call without a result has no value');
  return value.type;
}
