/**
 * The .steps format: a sequence of operations as text that people read and `replay` takes.
 *
 * ```
 * cowcheck steps 1
 * expects: conservation
 * kernel: mutant:no-decrement
 *
 * p0 fork => s1
 * p1 store.8 data+0x10 0x11 => ok
 * p1 exit 0 => exited
 * # a comment
 * fail-alloc 2
 * p0 wait 0x0
 * ```
 * `p1` is the acting process: slot 1 modulo the number of processes that can act. What follows `=>` is
 * the result the model expected when the file was written.
 */
import type { Operation, Sequence, Step } from './operation.ts';
import { type FieldKind, OPERATION_SYNTAX, type OperationSyntax } from './operation-syntax.ts';
import { parseText, printText } from './typed-text.ts';

const FIRST_LINE = 'cowcheck steps 1';

/** What is wrong with a .steps text: `line` is 1-based, the message names what was expected. */
export class StepsError extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = 'StepsError';
    this.line = line;
  }
}

/** One operation as its line, without the expected result. Throws on an operation without a row. */
export function printOperation(
  operation: Operation,
  syntax: readonly OperationSyntax[] = OPERATION_SYNTAX,
): string {
  const row = syntax.find((r) => r.op === operation.op);
  if (!row) throw new Error(`printOperation: no syntax for operation "${operation.op}"`);
  const values = operation as unknown as Record<string, string | number | boolean | undefined>;
  let name = row.op;
  const words: string[] = [];
  for (const [field, kind] of row.fields) {
    const value = values[field];
    if (isSuffix(kind)) name += `.${value}`;
    else if (kind === 'flag') words.push(...(value ? [field] : []));
    else words.push(printField(kind, value as string | number));
  }
  return [...(row.acting ? [`p${values.proc}`] : []), name, ...words].join(' ');
}

const isSuffix = (kind: FieldKind): boolean => typeof kind === 'object';

function printField(kind: FieldKind, value: string | number): string {
  if (kind === 'hex') {
    const number = value as number;
    return number < 0 ? `-0x${(-number).toString(16)}` : `0x${number.toString(16)}`;
  }
  if (kind === 'target' && (value as number) < 0) return 'none';
  if (kind === 'text') return printText(value as string);
  return String(value);
}

/** One step as its line: operation, and the expected result after ` => `. */
function printStep(step: Step, syntax?: readonly OperationSyntax[]): string {
  const line = printOperation(step.operation, syntax);
  return step.expected === undefined ? line : `${line} => ${step.expected}`;
}

/** The whole file, ending in a newline. Line ends within notes become spaces. */
export function printSteps(sequence: Sequence, syntax?: readonly OperationSyntax[]): string {
  const oneLine = (text: string) => text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
  return `${[
    FIRST_LINE,
    `expects: ${oneLine(sequence.expects)}`,
    ...Object.entries(sequence.notes).map(([key, value]) => `${key}: ${oneLine(value)}`),
    '',
    ...sequence.steps.map((step) => printStep(step, syntax)),
  ].join('\n')}\n`;
}

/**
 * Reads a .steps text. Throws StepsError naming the line and what was expected there. `syntax` has
 * one row more for each operation that a plugin adds.
 */
export function parseSteps(text: string, syntax = OPERATION_SYNTAX): Sequence {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines[0]?.trim() !== FIRST_LINE) {
    throw new StepsError(1, `expected "${FIRST_LINE}", found ${quote(lines[0] ?? '')}`);
  }
  const { expects, notes, next } = parseHeader(lines);
  const steps: Step[] = [];
  for (let i = next; i < lines.length; i++) {
    const line = withoutComment(lines[i]!);
    if (line !== '') steps.push(parseStep(line, i + 1, syntax));
  }
  return { steps, expects, notes };
}

/** Header lines `key: value` up to the first empty line, `expects` among them. */
function parseHeader(lines: string[]) {
  const notes: Record<string, string> = {};
  let expects: string | undefined;
  let i = 1;
  for (; i < lines.length && lines[i]!.trim() !== ''; i++) {
    const line = lines[i]!.trim();
    if (line.startsWith('#')) continue;
    const match = /^([a-z][a-z0-9-]*):\s*(.*)$/i.exec(line);
    if (!match) {
      const hint = /^(p\d|fail-alloc)/.test(line) ? '; an empty line ends the header' : '';
      throw new StepsError(i + 1, `expected a header "key: value", found ${quote(line)}${hint}`);
    }
    const [, key, value] = match as unknown as [string, string, string];
    if (key === 'expects' ? expects !== undefined : Object.hasOwn(notes, key)) {
      throw new StepsError(i + 1, `the header "${key}" is given twice`);
    }
    if (key === 'expects') expects = value;
    else notes[key] = value;
  }
  if (!expects) {
    throw new StepsError(
      i + 1,
      'expected a header "expects: CLAUSE" or "expects: pass" above here',
    );
  }
  return { expects, notes, next: i };
}

const withoutComment = (line: string): string => (line.trim().startsWith('#') ? '' : line.trim());

function parseStep(line: string, number: number, syntax: readonly OperationSyntax[]): Step {
  const arrow = line.indexOf('=>');
  const operation = parseOperation(arrow < 0 ? line : line.slice(0, arrow), number, syntax);
  if (arrow < 0) return { operation };
  const expected = line.slice(arrow + 2).trim();
  if (expected === '') throw new StepsError(number, 'expected a result after "=>"');
  return { operation, expected };
}

/** One operation from its line. `line` numbers the errors. */
export function parseOperation(text: string, line: number, syntax = OPERATION_SYNTAX): Operation {
  const words = text.trim().split(/\s+/);
  const acting = /^p(\d+)$/.exec(words[0]!);
  if (acting) words.shift();
  const [name = '', ...suffixes] = (words.shift() ?? '').split('.');
  const row = syntax.find((r) => r.op === name);
  if (!row) {
    const known = syntax.map((r) => r.op).join(', ');
    throw new StepsError(line, `expected an operation, found ${quote(name)}; there are ${known}`);
  }
  if (row.acting && !acting) {
    throw new StepsError(line, `expected "p<number>" before "${name}": which process acts`);
  }
  if (!row.acting && acting) throw new StepsError(line, `no process acts in "${name}"`);
  const operation: Record<string, unknown> = { op: row.op };
  if (acting) operation.proc = Number(acting[1]);
  parseFields(row, suffixes, words, operation, line);
  return operation as unknown as Operation;
}

function parseFields(
  row: OperationSyntax,
  suffixes: string[],
  words: string[],
  operation: Record<string, unknown>,
  line: number,
): void {
  for (const [field, kind] of row.fields) {
    if (kind === 'flag') {
      if (words[0] === field) operation[field] = words.shift() === field;
      continue;
    }
    const text = (isSuffix(kind) ? suffixes : words).shift();
    if (text === undefined) {
      throw new StepsError(line, `"${row.op}" lacks its ${field}; expected ${usage(row)}`);
    }
    operation[field] = parseField(row, field, kind, text, line);
  }
  const surplus = suffixes[0] ?? words[0];
  if (surplus !== undefined) {
    throw new StepsError(line, `unexpected ${quote(surplus)}; expected ${usage(row)}`);
  }
}

const ADDRESS = /^(0x[0-9a-f]{1,16}|[a-z_][a-z0-9_]*([+-]0x[0-9a-f]{1,16})?)$/i;
const INTEGER = /^-?(0x[0-9a-f]+|\d+)$/i;

function parseField(
  row: OperationSyntax,
  field: string,
  kind: FieldKind,
  text: string,
  line: number,
): string | number {
  const bad = (expected: string) =>
    new StepsError(line, `${field} of "${row.op}": expected ${expected}, found ${quote(text)}`);
  if (typeof kind === 'object') {
    const choices = 'width' in kind ? kind.width.map(String) : kind.choice;
    if (!choices.includes(text)) throw bad(`one of ${choices.join(', ')}`);
    return 'width' in kind ? Number(text) : text;
  }
  if (kind === 'address') {
    if (!ADDRESS.test(text)) throw bad('an address such as data+0x10 or 0x4000');
    return text;
  }
  if (kind === 'text') {
    const typed = parseText(text);
    if (typed === undefined) throw bad('text such as hello\\n or \\x04');
    return typed;
  }
  if (kind === 'target' && text === 'none') return -1;
  if (!INTEGER.test(text))
    throw bad(kind === 'target' ? 'a process number or "none"' : 'an integer');
  const value = text.startsWith('-') ? -Number(text.slice(1)) : Number(text);
  if (!Number.isSafeInteger(value)) throw bad('an integer below 2^53');
  return value === 0 ? 0 : value;
}

/** How a line of this operation looks: `p<n> store.<width> <va> <value>`. */
function usage(row: OperationSyntax): string {
  const suffixes = row.fields.filter(([, kind]) => isSuffix(kind)).map(([name]) => `.<${name}>`);
  const words = row.fields
    .filter(([, kind]) => !isSuffix(kind))
    .map(([name, kind]) => (kind === 'flag' ? ` [${name}]` : ` <${name}>`));
  return `"${row.acting ? 'p<n> ' : ''}${row.op}${suffixes.join('')}${words.join('')}"`;
}

const quote = (text: string): string => `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;
