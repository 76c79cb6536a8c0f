import { type AddressRange, rangesOf } from './address-ranges.ts';
import { ByteReader } from './byte-reader.ts';
import {
  addressOf,
  blockOf,
  type Die,
  indexedAddress,
  nameOf,
  numberOf,
  readDie,
  stringOf,
  walkDies,
} from './die.ts';
import { AT, OP, TAG } from './dwarf-constants.ts';
import type { DebugSections, Unit } from './dwarf-unit.ts';

/** A function's code; `die` has its lines and what is inlined into it. */
export interface IndexedFunction {
  readonly name: string;
  readonly ranges: readonly AddressRange[];
  readonly die: Die;
}

export interface IndexedVariable {
  readonly name: string;
  readonly address: number;
  readonly die: Die;
  /** Static variables inside functions come after the file's own. */
  readonly local: boolean;
}

/** What one unit defines, by name. */
export interface UnitIndex {
  readonly structs: ReadonlyMap<string, Die>;
  readonly typedefs: ReadonlyMap<string, Die>;
  readonly variables: readonly IndexedVariable[];
  readonly functions: readonly IndexedFunction[];
}

/** The part of a unit's root entry that the rest is resolved with. */
export interface UnitRoot {
  readonly compDir: string;
  readonly lowPc: number;
  readonly ranges: readonly AddressRange[];
  readonly lineOffset: number | undefined;
}

/** Reads the root entry and sets the unit's bases from it, which must come before anything else. */
export function readUnitRoot(dwarf: DebugSections, unit: Unit): UnitRoot {
  const root = readDie(dwarf, unit, unit.firstDie);
  if (root === undefined) return { compDir: '', lowPc: 0, ranges: [], lineOffset: undefined };
  const { bases } = unit;
  bases.strOffsets = numberOf(root, AT.strOffsetsBase) ?? bases.strOffsets;
  bases.addr = numberOf(root, AT.addrBase) ?? bases.addr;
  bases.rnglists = numberOf(root, AT.rnglistsBase) ?? bases.rnglists;
  const lowPc = addressOf(dwarf, root, AT.lowPc) ?? 0;
  return {
    compDir: stringOf(dwarf, root, AT.compDir) ?? '',
    lowPc,
    ranges: rangesOf(dwarf, root, lowPc),
    lineOffset: numberOf(root, AT.stmtList),
  };
}

const INDEXED: ReadonlySet<number> = new Set([
  TAG.structureType,
  TAG.unionType,
  TAG.typedef,
  TAG.variable,
  TAG.subprogram,
]);

/** One pass over a unit, after its root was read. */
export function indexUnit(dwarf: DebugSections, unit: Unit, root: UnitRoot): UnitIndex {
  const structs = new Map<string, Die>();
  const typedefs = new Map<string, Die>();
  const variables: IndexedVariable[] = [];
  const functions: IndexedFunction[] = [];
  const addNamed = (map: Map<string, Die>, die: Die) => {
    const name = stringOf(dwarf, die, AT.name);
    if (name !== undefined && !map.has(name)) map.set(name, die);
  };
  const visit = (die: Die, depth: number) => {
    switch (die.tag) {
      case TAG.structureType:
      case TAG.unionType:
        if (!die.attributes.has(AT.declaration)) addNamed(structs, die);
        break;
      case TAG.typedef:
        addNamed(typedefs, die);
        break;
      case TAG.variable: {
        const address = staticAddress(dwarf, die);
        // Compilers emit variables without a name for string literals.
        const name = address === undefined ? undefined : nameOf(dwarf, die);
        if (address !== undefined && name !== undefined) {
          variables.push({ name, address, die, local: depth > 1 });
        }
        break;
      }
      default: {
        const ranges = rangesOf(dwarf, die, root.lowPc);
        if (ranges.length > 0) functions.push({ name: nameOf(dwarf, die) ?? '', ranges, die });
      }
    }
  };
  walkDies(dwarf, unit, unit.firstDie, (tag) => INDEXED.has(tag), visit);
  return { structs, typedefs, variables, functions };
}

/**
 * The address of a variable whose location is a constant: DW_OP_addr or addrx, which clang lets an addend
 * follow. Others live in registers, on stacks or in several pieces.
 */
function staticAddress(dwarf: DebugSections, die: Die): number | undefined {
  const location = blockOf(die, AT.location);
  if (location === undefined || location.length === 0) return undefined;
  const r = new ByteReader(location, 'a variable location');
  let address: number;
  switch (r.u8()) {
    case OP.addr:
      address = r.unsigned(die.unit.addressBytes);
      break;
    case OP.addrx:
      address = indexedAddress(dwarf, die.unit, r.uleb());
      break;
    default:
      return undefined;
  }
  if (address === 0) return undefined;
  while (!r.done) {
    if (r.u8() !== OP.plusUconst) return undefined;
    address += r.uleb();
  }
  return address;
}
