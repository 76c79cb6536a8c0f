import { type AddressRange, contains } from './address-ranges.ts';
import { asStruct, type CType, type StructLayout } from './c-type.ts';
import { referenceOf, withOrigins } from './die.ts';
import { AT } from './dwarf-constants.ts';
import { type DebugSections, readDebugSections, type Unit } from './dwarf-unit.ts';
import type { ElfFile } from './elf-file.ts';
import { inlinedCallsAt } from './inlined-calls.ts';
import { type LineTable, readLineTable } from './line-table.ts';
import { createTypeReader, type TypeReader } from './type-reader.ts';
import {
  type IndexedVariable,
  indexUnit,
  readUnitRoot,
  type UnitIndex,
  type UnitRoot,
} from './unit-index.ts';

export interface SourceLine {
  readonly function: string;
  /** As the compiler was given it, for example `kernel/kalloc.c`; '' where unknown. */
  readonly file: string;
  /** 0 where unknown. */
  readonly line: number;
}

export interface Variable {
  readonly name: string;
  readonly address: number;
  readonly type: CType;
  /** Static inside a function. */
  readonly local: boolean;
}

export interface DebugInfo {
  /** The DWARF versions that occur, in rising order. */
  readonly version: readonly number[];
  /** The struct or union of that tag, or that a typedef of that name means. */
  struct(name: string): StructLayout | undefined;
  /** A global or static variable; one of file scope is preferred to one inside a function. */
  variable(name: string): Variable | undefined;
  variables(): readonly Variable[];
  functionAt(
    addr: number,
  ): { readonly name: string; readonly ranges: readonly AddressRange[] } | undefined;
  /** Innermost inlined call first, the function that has the code last; empty where nothing is known. */
  where(addr: number): readonly SourceLine[];
}

/** One unit with what has been read of it so far. */
interface LazyUnit {
  readonly root: UnitRoot;
  index(): UnitIndex;
  lines(): LineTable | undefined;
}

/**
 * The kernel's debug information, DWARF 2 to 5 of gcc or clang, read unit by unit when first asked for.
 * Undefined when there is none.
 * @throws ElfError, from any call, when it is damaged.
 */
export function readDebugInfo(elf: ElfFile): DebugInfo | undefined {
  const dwarf = readDebugSections(elf);
  if (dwarf === undefined) return undefined;
  const types = createTypeReader(dwarf);
  const units = dwarf.units.map((unit) => lazyUnit(dwarf, unit));
  const lines = new Map<number, readonly SourceLine[]>();
  const structs = new Map<string, StructLayout | undefined>();
  let variables: Map<string, Variable> | undefined;
  const variablesByName = () => {
    variables ??= collectVariables(types, units);
    return variables;
  };
  const unitOf = (addr: number) => unitAt(units, addr);
  return {
    version: [...new Set(dwarf.units.map((u) => u.version))].sort(),
    struct: (name) => memoised(structs, name, () => findStruct(types, units, name)),
    variable: (name) => variablesByName().get(name),
    variables: () => [...variablesByName().values()],
    functionAt: (addr) => functionIn(unitOf(addr), addr),
    where: (addr) =>
      memoised(lines, addr, () => {
        const symbol = elf.symbolAt(addr)?.symbol.name ?? '';
        return locate(dwarf, unitOf(addr), addr, symbol);
      }),
  };
}

function memoised<K, V>(known: Map<K, V>, key: K, compute: () => V): V {
  if (!known.has(key)) known.set(key, compute());
  return known.get(key)!;
}

function lazyUnit(dwarf: DebugSections, unit: Unit): LazyUnit {
  const root = readUnitRoot(dwarf, unit);
  let index: UnitIndex | undefined;
  let lines: LineTable | undefined;
  return {
    root,
    index() {
      index ??= indexUnit(dwarf, unit, root);
      return index;
    },
    lines() {
      if (root.lineOffset === undefined || dwarf.line.length === 0) return undefined;
      lines ??= readLineTable(dwarf, unit, root.lineOffset, root.compDir);
      return lines;
    },
  };
}

function findStruct(
  types: TypeReader,
  units: readonly LazyUnit[],
  name: string,
): StructLayout | undefined {
  for (const unit of units) {
    const die = unit.index().structs.get(name);
    if (die !== undefined) return asStruct(types.typeOf(die));
  }
  for (const unit of units) {
    const die = unit.index().typedefs.get(name);
    const struct = die && asStruct(types.typeOf(die));
    if (struct !== undefined && struct.sizeBytes > 0) return struct;
  }
  return undefined;
}

function collectVariables(types: TypeReader, units: readonly LazyUnit[]): Map<string, Variable> {
  const found = units.flatMap((unit) => unit.index().variables);
  const byName = new Map<string, Variable>();
  for (const local of [false, true]) {
    for (const each of found) {
      if (each.local !== local || byName.has(each.name)) continue;
      const { name, address } = each;
      const type = variableType(types, each);
      byName.set(name, { name, address, type, local });
    }
  }
  return byName;
}

/** A definition repeats its declaration's type only where it says more, such as an array's length. */
function variableType(types: TypeReader, variable: IndexedVariable): CType {
  const { dwarf } = types;
  const chain = withOrigins(dwarf, variable.die);
  const typed = chain.find((die) => referenceOf(dwarf, die, AT.type) !== undefined);
  return types.typeAttributeOf(typed ?? variable.die);
}

/** The unit whose code covers addr; units that do not say what they cover are asked for their lines. */
function unitAt(units: readonly LazyUnit[], addr: number): LazyUnit | undefined {
  const covering = units.find((unit) => contains(unit.root.ranges, addr));
  if (covering !== undefined) return covering;
  return units.find(
    (unit) => unit.root.ranges.length === 0 && contains(unit.lines()?.sequences ?? [], addr),
  );
}

function functionIn(unit: LazyUnit | undefined, addr: number) {
  const found = unit?.index().functions.find((f) => contains(f.ranges, addr));
  return found && { name: found.name, ranges: found.ranges };
}

function locate(
  dwarf: DebugSections,
  unit: LazyUnit | undefined,
  addr: number,
  symbol: string,
): readonly SourceLine[] {
  if (unit === undefined) return [];
  const table = unit.lines();
  const row = table?.rowAt(addr);
  let file = row && table ? table.fileName(row.file) : '';
  let line = row?.line ?? 0;
  const owner = unit.index().functions.find((f) => contains(f.ranges, addr));
  // Assemblers describe lines but rarely functions.
  if (owner === undefined) return row ? [{ function: symbol, file, line }] : [];
  const result: SourceLine[] = [];
  for (const call of inlinedCallsAt(dwarf, owner.die, addr, unit.root.lowPc).reverse()) {
    result.push({ function: call.name, file, line });
    file = table?.fileName(call.callFile) ?? '';
    line = call.callLine;
  }
  result.push({ function: owner.name, file, line });
  return result;
}
