/**
 * How each operation is written on a line of a .steps file: its name and its arguments in order. One
 * row per operation; the printer and the parser are derived from the rows.
 */
import type { Operation } from './operation.ts';

/** What an argument is, which decides how it is written and what a bad one is told. */
export type FieldKind =
  | 'address'
  | 'integer'
  | 'hex'
  /** one of the names given */
  | { choice: readonly string[] }
  /** access width in bytes: one of the numbers given */
  | { width: readonly number[] }
  /** `none` for −1, else a slot number */
  | 'target'
  /** bytes, at least one; other than letters, digits and the like as `\n`, `\x04` */
  | 'text'
  /** written as the field's name when true, absent when not; only last */
  | 'flag';

export interface OperationSyntax {
  op: string;
  /** does a process act? then the line starts with `p<n>` */
  acting: boolean;
  /**
   * Argument names and kinds in order. Choices and widths are suffixes of the name
   * (`amo.add.8`), the others follow it, separated by spaces.
   */
  fields: readonly (readonly [name: string, kind: FieldKind])[];
}

/** Operations of the environment: no process acts. */
const ENVIRONMENT: readonly string[] = ['fail-alloc', 'type'] satisfies Operation['op'][];

type FieldsOf<O> = O extends Operation ? Exclude<keyof O, 'op' | 'proc'> : never;
/** A row for an operation of ours: its field names are checked against the operation's type. */
function row<Name extends Operation['op']>(
  op: Name,
  ...fields: (readonly [FieldsOf<Extract<Operation, { op: Name }>> & string, FieldKind])[]
): OperationSyntax {
  return { op, acting: !ENVIRONMENT.includes(op), fields };
}

const anyWidth: FieldKind = { width: [1, 2, 4, 8] };
const wordWidth: FieldKind = { width: [4, 8] };

export const OPERATION_SYNTAX: readonly OperationSyntax[] = [
  row('load', ['width', anyWidth], ['va', 'address']),
  row('store', ['width', anyWidth], ['va', 'address'], ['value', 'hex']),
  row(
    'amo',
    ['kind', { choice: ['add', 'swap', 'or'] }],
    ['width', wordWidth],
    ['va', 'address'],
    ['value', 'hex'],
  ),
  row('lrsc', ['width', wordWidth], ['va', 'address'], ['value', 'hex']),
  row('fetch', ['va', 'address']),
  row('fill', ['va', 'address'], ['length', 'integer'], ['value', 'hex']),
  row('fork'),
  row('exit', ['status', 'integer']),
  row('wait', ['va', 'address']),
  row('kill', ['target', 'target']),
  row('exec', ['path', 'address'], ['argv', 'address']),
  row('sbrk', ['bytes', 'integer'], ['lazy', 'flag']),
  row('pipe', ['va', 'address']),
  row('read', ['fd', 'integer'], ['va', 'address'], ['length', 'integer']),
  row('write', ['fd', 'integer'], ['va', 'address'], ['length', 'integer']),
  row('open', ['path', 'address'], ['mode', 'hex']),
  row('close', ['fd', 'integer']),
  row('dup', ['fd', 'integer']),
  row('fstat', ['fd', 'integer'], ['va', 'address']),
  row('link', ['from', 'address'], ['to', 'address']),
  row('unlink', ['path', 'address']),
  row('mkdir', ['path', 'address']),
  row('chdir', ['path', 'address']),
  row('sleep', ['ticks', 'integer']),
  row('uptime'),
  row('getpid'),
  row('pressure', ['freePages', 'integer']),
  row('fail-alloc', ['nth', 'integer']),
  row('type', ['text', 'text']),
];
