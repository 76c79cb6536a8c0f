/** A C type with its layout. `const`, `volatile` and `_Atomic` are left out: they change no layout. */
export type CType =
  | IntType
  | { readonly kind: 'float'; readonly name: string; readonly sizeBytes: number }
  | PointerType
  | ArrayType
  | StructLayout
  | EnumType
  | TypedefType
  | { readonly kind: 'function'; readonly name: string; readonly sizeBytes: 0 }
  | { readonly kind: 'void'; readonly name: 'void'; readonly sizeBytes: 0 }
  | { readonly kind: 'unknown'; readonly name: string; readonly sizeBytes: number };

/** Integers, characters and booleans. */
export interface IntType {
  readonly kind: 'int';
  readonly name: string;
  readonly sizeBytes: number;
  readonly signed: boolean;
}

export interface PointerType {
  readonly kind: 'pointer';
  readonly name: string;
  readonly sizeBytes: number;
  readonly target: CType;
}

/** One dimension of an array; `count` is undefined for `[]`, whose sizeBytes is 0. */
export interface ArrayType {
  readonly kind: 'array';
  readonly name: string;
  readonly sizeBytes: number;
  readonly count: number | undefined;
  readonly element: CType;
}

export interface EnumType {
  readonly kind: 'enum';
  readonly name: string;
  readonly sizeBytes: number;
  readonly values: ReadonlyMap<string, number>;
}

export interface TypedefType {
  readonly kind: 'typedef';
  readonly name: string;
  readonly sizeBytes: number;
  readonly target: CType;
}

/** A struct or a union; `name` is '' for one without a tag. */
export interface StructLayout {
  readonly kind: 'struct' | 'union';
  readonly name: string;
  readonly sizeBytes: number;
  readonly members: readonly Member[];
}

export interface Member {
  /** '' for an anonymous struct or union. */
  readonly name: string;
  readonly offsetBytes: number;
  readonly type: CType;
  /** Of a bit-field: its width, and its lowest bit counted from the lowest bit of the struct. */
  readonly bits?: { readonly size: number; readonly offset: number };
}

/** The type behind any typedefs. */
export function resolved(type: CType): Exclude<CType, TypedefType> {
  let current = type;
  for (let links = 0; current.kind === 'typedef' && links < 64; links++) current = current.target;
  if (current.kind === 'typedef') return { kind: 'unknown', name: current.name, sizeBytes: 0 };
  return current;
}

/** The struct or union that a type is, behind typedefs. */
export function asStruct(type: CType | undefined): StructLayout | undefined {
  const plain = type && resolved(type);
  return plain?.kind === 'struct' || plain?.kind === 'union' ? plain : undefined;
}

export interface Field {
  readonly offsetBytes: number;
  readonly type: CType;
  readonly bits?: Member['bits'];
}

/**
 * The field at a path such as `context.ra`, `ofile[3]` or `lock.name`, as offset from the type's start.
 * Members of anonymous structs and unions are found as C finds them. Undefined when there is none.
 */
export function fieldOf(type: CType, path: string): Field | undefined {
  let field: Field = { offsetBytes: 0, type };
  for (const step of path.split(/\.|(?=\[)/)) {
    const index = /^\[(\d+)\]$/.exec(step);
    const next = index ? elementOf(field.type, Number(index[1])) : memberOf(field.type, step);
    if (next === undefined) return undefined;
    const { bits } = next;
    field = {
      offsetBytes: field.offsetBytes + next.offsetBytes,
      type: next.type,
      ...(bits && { bits: { size: bits.size, offset: bits.offset + field.offsetBytes * 8 } }),
    };
  }
  return field;
}

/** Offset in bytes of a field, as C's offsetof. */
export function fieldOffset(type: CType, path: string): number | undefined {
  return fieldOf(type, path)?.offsetBytes;
}

function elementOf(type: CType, index: number): Field | undefined {
  const array = resolved(type);
  if (array.kind !== 'array') return undefined;
  if (array.count !== undefined && index >= array.count) return undefined;
  return { offsetBytes: index * array.element.sizeBytes, type: array.element };
}

function memberOf(type: CType, name: string, depth = 0): Field | undefined {
  const struct = asStruct(type);
  if (struct === undefined || depth > 16) return undefined;
  for (const member of struct.members) {
    if (member.name === name) return member;
    if (member.name !== '') continue;
    const inner = memberOf(member.type, name, depth + 1);
    if (inner === undefined) continue;
    const { bits } = inner;
    return {
      offsetBytes: member.offsetBytes + inner.offsetBytes,
      type: inner.type,
      ...(bits && { bits: { size: bits.size, offset: bits.offset + member.offsetBytes * 8 } }),
    };
  }
  return undefined;
}
