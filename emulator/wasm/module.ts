import { ByteWriter } from './bytes.ts';
import { emitBody, typeByte } from './emit.ts';
import { constant } from './fold.ts';
import type { Body, FunctionRef, Global, Local, ResultType, ValueType } from './nodes.ts';

/** What a function body is written with: its parameters and new locals. */
export class FunctionScope {
  readonly params: readonly Local[];
  readonly locals: ValueType[] = [];

  constructor(params: readonly ValueType[]) {
    this.params = params.map((type, index) => ({ kind: 'local', type, index }));
  }

  /** Parameter `index`; throws when there is none. */
  param(index: number): Local {
    const found = this.params[index];
    if (!found) throw new Error(`param: no parameter ${index} among ${this.params.length}`);
    return found;
  }

  /** A new local, 0 at the start. Locals of one type made in a row take least space. */
  local(type: ValueType): Local {
    this.locals.push(type);
    return { kind: 'local', type, index: this.params.length + this.locals.length - 1 };
  }
}

interface Import {
  readonly module: string;
  readonly name: string;
  readonly write: (out: ByteWriter) => void;
}

/**
 * A WebAssembly module under construction. Functions get their index when declared or imported, so
 * bodies may call each other in any order; all imports come before the first declaration.
 */
export class ModuleBuilder {
  private readonly types: string[] = [];
  private readonly signatures: { params: readonly ValueType[]; result: ResultType }[] = [];
  private readonly imports: Import[] = [];
  private readonly functions: FunctionRef[] = [];
  private readonly bodies = new Map<FunctionRef, { scope: FunctionScope; body: Body }>();
  private readonly globals: { type: ValueType; mutable: boolean; initial: number | bigint }[] = [];
  private readonly exports: { name: string; kind: number; index: number }[] = [];
  private functionCount = 0;
  private ownMemoryPages: number | undefined;
  private ownTable: { initial: number; elements: readonly FunctionRef[] } | undefined;

  /** Memory 0, imported. Sizes in pages of 64 KiB. */
  importMemory(module: string, name: string, initialPages: number): void {
    const write = (out: ByteWriter) => {
      out.bytes([0x02, 0x00]);
      out.unsigned(initialPages);
    };
    this.imports.push({ module, name, write });
  }

  /** Memory 0, of this module. */
  memory(initialPages: number): void {
    this.ownMemoryPages = initialPages;
  }

  /** Table 0, imported. */
  importTable(module: string, name: string, initial: number): void {
    const write = (out: ByteWriter) => {
      out.bytes([0x01, 0x70, 0x00]);
      out.unsigned(initial);
    };
    this.imports.push({ module, name, write });
  }

  /** Table 0, of this module, with its first functions. */
  table(initial: number, elements: readonly FunctionRef[] = []): void {
    this.ownTable = { initial: Math.max(initial, elements.length), elements };
  }

  importFunction(
    module: string,
    name: string,
    params: readonly ValueType[],
    result: ResultType = 'void',
  ): FunctionRef {
    if (this.functions.length > 0) throw new Error(`importFunction: ${name} after a declaration`);
    const type = this.signature(params, result);
    const write = (out: ByteWriter) => {
      out.byte(0x00);
      out.unsigned(type);
    };
    this.imports.push({ module, name, write });
    return { index: this.functionCount++, name, params, result, type };
  }

  /** A function whose body follows with `define`. */
  declare(name: string, params: readonly ValueType[], result: ResultType = 'void'): FunctionRef {
    const type = this.signature(params, result);
    const made: FunctionRef = { index: this.functionCount++, name, params, result, type };
    this.functions.push(made);
    return made;
  }

  /** The body of a declared function. One with a result must end in `leave` or `unreachable`. */
  define(target: FunctionRef, write: (scope: FunctionScope) => Body): void {
    if (this.bodies.has(target)) throw new Error(`define: ${target.name} has a body`);
    const scope = new FunctionScope(target.params);
    this.bodies.set(target, { scope, body: write(scope) });
  }

  /** `declare` and `define` in one. */
  function(
    name: string,
    params: readonly ValueType[],
    result: ResultType,
    write: (scope: FunctionScope) => Body,
  ): FunctionRef {
    const made = this.declare(name, params, result);
    this.define(made, write);
    return made;
  }

  global(type: ValueType, initial: number | bigint, mutable = true): Global {
    this.globals.push({ type, mutable, initial });
    return { kind: 'global', type, index: this.globals.length - 1 };
  }

  exportFunction(target: FunctionRef, name: string = target.name): void {
    this.exports.push({ name, kind: 0, index: target.index });
  }

  exportMemory(name: string): void {
    this.exports.push({ name, kind: 2, index: 0 });
  }

  exportTable(name: string): void {
    this.exports.push({ name, kind: 1, index: 0 });
  }

  /** The module in the binary format. A writer that is passed is emptied and used. */
  toBytes(out: ByteWriter = new ByteWriter()): Uint8Array<ArrayBuffer> {
    out.reset();
    out.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    this.writeTypes(out);
    this.writeImports(out);
    section(out, 3, this.functions, (f) => out.unsigned(f.type));
    this.writeTableAndMemory(out);
    section(out, 6, this.globals, ({ type, mutable, initial }) => {
      out.byte(typeByte(type));
      out.byte(mutable ? 1 : 0);
      out.byte(type === 'i32' ? 0x41 : 0x42);
      out.signed(constant(type, initial).value);
      out.byte(0x0b);
    });
    section(out, 7, this.exports, ({ name, kind, index }) => {
      out.name(name);
      out.byte(kind);
      out.unsigned(index);
    });
    this.writeElements(out);
    section(out, 10, this.functions, (f) => this.writeCode(out, f));
    return out.toBytes();
  }

  private signature(params: readonly ValueType[], result: ResultType): number {
    const key = `${params.join()}→${result}`;
    const known = this.types.indexOf(key);
    if (known >= 0) return known;
    this.types.push(key);
    this.signatures.push({ params, result });
    return this.types.length - 1;
  }

  private writeTypes(out: ByteWriter): void {
    section(out, 1, this.signatures, ({ params, result }) => {
      out.byte(0x60);
      out.unsigned(params.length);
      for (const type of params) out.byte(typeByte(type));
      out.unsigned(result === 'void' ? 0 : 1);
      if (result !== 'void') out.byte(typeByte(result));
    });
  }

  private writeImports(out: ByteWriter): void {
    section(out, 2, this.imports, ({ module, name, write }) => {
      out.name(module);
      out.name(name);
      write(out);
    });
  }

  private writeTableAndMemory(out: ByteWriter): void {
    const { ownTable, ownMemoryPages } = this;
    if (ownTable) {
      section(out, 4, [ownTable], ({ initial }) => {
        out.bytes([0x70, 0x00]);
        out.unsigned(initial);
      });
    }
    if (ownMemoryPages !== undefined) {
      section(out, 5, [ownMemoryPages], (pages) => {
        out.byte(0x00);
        out.unsigned(pages);
      });
    }
  }

  private writeElements(out: ByteWriter): void {
    const elements = this.ownTable?.elements ?? [];
    if (elements.length === 0) return;
    section(out, 9, [elements], (functions) => {
      out.bytes([0x00, 0x41, 0x00, 0x0b]);
      out.unsigned(functions.length);
      for (const f of functions) out.unsigned(f.index);
    });
  }

  private writeCode(out: ByteWriter, target: FunctionRef): void {
    const made = this.bodies.get(target);
    if (!made) throw new Error(`toBytes: ${target.name} was declared and has no body`);
    writeFunctionBody(out, made.scope, made.body);
  }
}

/** One entry of the code section (core specification, 5.5.13). */
function writeFunctionBody(out: ByteWriter, scope: FunctionScope, body: Body): void {
  const start = out.reserveLength();
  const groups: { type: ValueType; count: number }[] = [];
  for (const type of scope.locals) {
    const last = groups.at(-1);
    if (last?.type === type) last.count++;
    else groups.push({ type, count: 1 });
  }
  out.unsigned(groups.length);
  for (const { type, count } of groups) {
    out.unsigned(count);
    out.byte(typeByte(type));
  }
  emitBody(out, body);
  out.byte(0x0b);
  out.patchLength(start);
}

function section<T>(
  out: ByteWriter,
  id: number,
  items: readonly T[],
  write: (item: T) => void,
): void {
  if (items.length === 0) return;
  out.byte(id);
  const start = out.reserveLength();
  out.unsigned(items.length);
  for (const item of items) write(item);
  out.patchLength(start);
}
