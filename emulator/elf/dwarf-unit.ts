import { type Abbreviation, parseAbbreviations } from './abbreviations.ts';
import { ByteReader } from './byte-reader.ts';
import { ElfError } from './elf-error.ts';
import type { ElfFile } from './elf-file.ts';

/** One unit of .debug_info (DWARF 5, section 7.5.1). Offsets are within .debug_info. */
export interface Unit {
  readonly offset: number;
  readonly firstDie: number;
  readonly end: number;
  readonly version: number;
  /** 4, or 8 in the 64-bit DWARF format. */
  readonly offsetBytes: 4 | 8;
  readonly addressBytes: number;
  readonly abbreviations: Map<number, Abbreviation>;
  /** Of a type unit: its signature (as the two halves of 8 bytes, joined) and the type's entry. */
  readonly type: { readonly signature: string; readonly offset: number } | undefined;
  /** Filled from the unit's root entry before anything else is read. */
  bases: { strOffsets: number; addr: number; rnglists: number };
}

export interface DebugSections {
  readonly info: Uint8Array;
  readonly str: Uint8Array;
  readonly lineStr: Uint8Array;
  readonly strOffsets: Uint8Array;
  readonly addr: Uint8Array;
  readonly ranges: Uint8Array;
  readonly rnglists: Uint8Array;
  readonly line: Uint8Array;
  readonly units: readonly Unit[];
}

/** The DWARF sections and the headers of all units; undefined when the file has no .debug_info. */
export function readDebugSections(elf: ElfFile): DebugSections | undefined {
  const info = elf.section('.debug_info')?.bytes;
  if (info === undefined || info.length === 0) return undefined;
  const of = (name: string) => elf.section(name)?.bytes ?? new Uint8Array(0);
  return {
    info,
    str: of('.debug_str'),
    lineStr: of('.debug_line_str'),
    strOffsets: of('.debug_str_offsets'),
    addr: of('.debug_addr'),
    ranges: of('.debug_ranges'),
    rnglists: of('.debug_rnglists'),
    line: of('.debug_line'),
    units: readUnitHeaders(info, of('.debug_abbrev')),
  };
}

function readUnitHeaders(info: Uint8Array, abbrev: Uint8Array): Unit[] {
  const tables = new Map<number, Map<number, Abbreviation>>();
  const abbreviationsAt = (offset: number) => {
    let table = tables.get(offset);
    if (table === undefined) {
      table = parseAbbreviations(abbrev, offset);
      tables.set(offset, table);
    }
    return table;
  };
  const units: Unit[] = [];
  let offset = 0;
  while (offset + 11 <= info.length) {
    const unit = readUnitHeader(info, offset, abbreviationsAt);
    units.push(unit);
    offset = unit.end;
  }
  return units;
}

const UT_TYPE = 2;
const UT_SKELETON = 4;
const UT_SPLIT_COMPILE = 5;
const UT_SPLIT_TYPE = 6;

function readUnitHeader(
  info: Uint8Array,
  offset: number,
  abbreviationsAt: (offset: number) => Map<number, Abbreviation>,
): Unit {
  const r = new ByteReader(info, '.debug_info', offset);
  const { lengthBytes, offsetBytes } = readInitialLength(r);
  const end = r.position + lengthBytes;
  if (lengthBytes < 7 || end > info.length) {
    throw new ElfError(`.debug_info: the unit at ${offset} announces ${lengthBytes} bytes`);
  }
  const version = r.u16();
  if (version < 2 || version > 5) {
    throw new ElfError(`.debug_info: a unit of DWARF version ${version}; 2 to 5 can be read`);
  }
  const unitType = version >= 5 ? r.u8() : 1;
  let addressBytes = version >= 5 ? r.u8() : 0;
  const abbrevOffset = r.unsigned(offsetBytes);
  if (version < 5) addressBytes = r.u8();
  let type: Unit['type'];
  if (unitType === UT_TYPE || unitType === UT_SPLIT_TYPE) {
    const signature = signatureKey(r.block(8));
    type = { signature, offset: offset + r.unsigned(offsetBytes) };
  } else if (unitType === UT_SKELETON || unitType === UT_SPLIT_COMPILE) r.skip(8);
  // Without a base attribute the tables start right after their own header (DWARF 5, section 3.1.1).
  const bases = {
    strOffsets: offsetBytes === 4 ? 8 : 16,
    addr: offsetBytes === 4 ? 8 : 16,
    rnglists: offsetBytes === 4 ? 12 : 20,
  };
  const abbreviations = abbreviationsAt(abbrevOffset);
  return {
    offset,
    firstDie: r.position,
    end,
    version,
    offsetBytes,
    addressBytes,
    abbreviations,
    type,
    bases,
  };
}

/** The initial length field (DWARF 5, section 7.4): its escape announces the 64-bit format. */
export function readInitialLength(r: ByteReader): { lengthBytes: number; offsetBytes: 4 | 8 } {
  const first = r.u32();
  if (first === 0xffffffff) return { lengthBytes: r.u64(), offsetBytes: 8 };
  return { lengthBytes: first, offsetBytes: 4 };
}

export function signatureKey(bytes: Uint8Array): string {
  return bytes.join(',');
}
