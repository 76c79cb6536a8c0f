import { ByteReader } from './byte-reader.ts';
import type { CType, EnumType, Member, StructLayout } from './c-type.ts';
import { blockOf, type Die, numberOf, referenceOf, stringOf, walkDies } from './die.ts';
import { AT, ATE, OP, TAG } from './dwarf-constants.ts';
import type { DebugSections } from './dwarf-unit.ts';

/** Typedefs, qualifiers and arrays around one type; deeper is a cycle in a damaged file. */
const MAX_NESTING = 64;

/** Turns type entries into CTypes, once each; members and pointers' targets are read when asked for. */
export interface TypeReader {
  readonly dwarf: DebugSections;
  typeOf(die: Die): CType;
  /** The type that an entry's DW_AT_type names; void when it has none. */
  typeAttributeOf(die: Die): CType;
}

export function createTypeReader(dwarf: DebugSections): TypeReader {
  const known = new Map<number, CType>();

  function typeAttributeOf(die: Die, nesting = 0): CType {
    if (!die.attributes.has(AT.type)) return { kind: 'void', name: 'void', sizeBytes: 0 };
    const target = referenceOf(dwarf, die, AT.type);
    return target ? typeOf(target, nesting) : unknown('');
  }

  function typeOf(die: Die, nesting = 0): CType {
    const cached = known.get(die.offset);
    if (cached !== undefined) return cached;
    if (nesting > MAX_NESTING) return unknown(nameIn(die));
    const type = readType(die, nesting + 1);
    known.set(die.offset, type);
    return type;
  }

  function readType(die: Die, nesting: number): CType {
    const name = nameIn(die);
    const sizeBytes = numberOf(die, AT.byteSize) ?? 0;
    switch (die.tag) {
      case TAG.baseType:
        return baseType(die, name, sizeBytes);
      case TAG.pointerType:
        return lazily({ kind: 'pointer', name, sizeBytes: sizeBytes || 8 }, 'target', () =>
          typeAttributeOf(die),
        );
      case TAG.typedef: {
        const target = typeAttributeOf(die, nesting);
        return { kind: 'typedef', name, sizeBytes: target.sizeBytes, target };
      }
      case TAG.constType:
      case TAG.volatileType:
      case TAG.restrictType:
      case TAG.atomicType:
        return typeAttributeOf(die, nesting);
      case TAG.arrayType:
        return arrayType(die, name, nesting);
      case TAG.structureType:
      case TAG.unionType:
        return structType(die, name, sizeBytes);
      case TAG.enumerationType:
        return lazily({ kind: 'enum', name, sizeBytes }, 'values', () => enumValues(die));
      case TAG.subroutineType:
        return { kind: 'function', name, sizeBytes: 0 };
      default:
        return unknown(name);
    }
  }

  function arrayType(die: Die, name: string, nesting: number): CType {
    let type = typeAttributeOf(die, nesting);
    for (const count of dimensionsOf(die).reverse()) {
      const sizeBytes = (count ?? 0) * type.sizeBytes;
      type = { kind: 'array', name, sizeBytes, count, element: type };
    }
    return type;
  }

  function dimensionsOf(die: Die): (number | undefined)[] {
    const counts: (number | undefined)[] = [];
    for (const child of childrenOf(dwarf, die, TAG.subrangeType)) {
      const upper = numberOf(child, AT.upperBound);
      // GCC spells `[0]` and `[]` as an upper bound of -1 in the width of the index type.
      const below = upper === undefined || upper < 0 || upper >= 2 ** 32 - 1;
      counts.push(numberOf(child, AT.count) ?? (below ? undefined : upper + 1));
    }
    return counts;
  }

  function structType(die: Die, name: string, sizeBytes: number): StructLayout {
    const kind = die.tag === TAG.unionType ? 'union' : 'struct';
    return lazily({ kind, name, sizeBytes } as const, 'members', () => {
      const whole = die.attributes.has(AT.signature) ? referenceOf(dwarf, die, AT.signature) : die;
      return childrenOf(dwarf, whole ?? die, TAG.member).map(readMember);
    });
  }

  function readMember(die: Die): Member {
    const type = typeAttributeOf(die);
    const offsetBytes = memberOffset(die);
    const member = { name: nameIn(die), offsetBytes, type };
    const size = numberOf(die, AT.bitSize);
    if (size === undefined) return member;
    const dataBitOffset = numberOf(die, AT.dataBitOffset);
    if (dataBitOffset !== undefined) {
      const offset = offsetBytes * 8 + dataBitOffset;
      return { ...member, offsetBytes: Math.floor(offset / 8), bits: { size, offset } };
    }
    // DWARF 2 counts from the most significant bit of the storage unit (DWARF 3, section 5.6.6).
    const storageBits = (numberOf(die, AT.byteSize) ?? type.sizeBytes) * 8;
    const fromTop = numberOf(die, AT.bitOffset) ?? 0;
    return { ...member, bits: { size, offset: offsetBytes * 8 + storageBits - fromTop - size } };
  }

  function enumValues(die: Die): EnumType['values'] {
    const values = new Map<string, number>();
    for (const child of childrenOf(dwarf, die, TAG.enumerator)) {
      values.set(nameIn(child), numberOf(child, AT.constValue) ?? 0);
    }
    return values;
  }

  function nameIn(die: Die): string {
    return stringOf(dwarf, die, AT.name) ?? '';
  }

  return { dwarf, typeOf: (die) => typeOf(die), typeAttributeOf: (die) => typeAttributeOf(die) };
}

function baseType(die: Die, name: string, sizeBytes: number): CType {
  const encoding = numberOf(die, AT.encoding);
  if (encoding === ATE.float) return { kind: 'float', name, sizeBytes };
  const signed = encoding === ATE.signed || encoding === ATE.signedChar;
  return { kind: 'int', name, sizeBytes, signed };
}

/** DW_AT_data_member_location: a constant, or in DWARF 2 an expression that adds one. */
function memberOffset(die: Die): number {
  const block = blockOf(die, AT.dataMemberLocation);
  if (block === undefined) return numberOf(die, AT.dataMemberLocation) ?? 0;
  const r = new ByteReader(block, 'a member location');
  const op = r.u8();
  return op === OP.plusUconst || op === OP.constu ? r.uleb() : 0;
}

function childrenOf(dwarf: DebugSections, die: Die, tag: number): Die[] {
  const children: Die[] = [];
  if (!die.hasChildren) return children;
  const wanted = (each: number, depth: number) => depth === 1 && each === tag;
  walkDies(dwarf, die.unit, die.offset, wanted, (child) => children.push(child));
  return children;
}

function unknown(name: string): CType {
  return { kind: 'unknown', name, sizeBytes: 0 };
}

/** `base` with one more property, computed at its first use: types refer to each other in circles. */
function lazily<B extends object, K extends string, V>(
  base: B,
  key: K,
  compute: () => V,
): B & { readonly [P in K]: V } {
  let value: V | undefined;
  return Object.defineProperty(base, key, {
    enumerable: true,
    get: () => {
      value ??= compute();
      return value;
    },
  }) as B & { readonly [P in K]: V };
}
