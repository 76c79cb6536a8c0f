import { ByteReader } from './byte-reader.ts';
import type { DebugSections, Unit } from './dwarf-unit.ts';
import { readInitialLength } from './dwarf-unit.ts';
import { ElfError } from './elf-error.ts';
import { type LineHeader, readFileTables } from './line-files.ts';

/** Where a row's code comes from; it holds up to the next row's address. */
export interface LineRow {
  readonly address: number;
  readonly file: number;
  readonly line: number;
}

/** Rows of one contiguous piece of code, by address. */
interface Sequence {
  readonly low: number;
  readonly high: number;
  readonly rows: readonly LineRow[];
}

/** The decoded line number program of one unit. */
export interface LineTable {
  readonly sequences: readonly { readonly low: number; readonly high: number }[];
  rowAt(addr: number): LineRow | undefined;
  /** A file's path as the compiler was given it, without the compilation directory. */
  fileName(file: number): string;
}

/** A damaged program could emit rows without end. */
const MAX_ROWS = 4_000_000;

/** Runs the line number program at `offset` of .debug_line (DWARF 5, section 6.2). */
export function readLineTable(
  dwarf: DebugSections,
  unit: Unit,
  offset: number,
  compDir: string,
): LineTable {
  const header = readHeader(dwarf, unit, offset);
  const sequences = runProgram(header);
  sequences.sort((a, b) => a.low - b.low);
  return {
    sequences,
    rowAt: (addr) => rowAt(sequences, addr),
    fileName: (file) => header.files.path(file, compDir),
  };
}

function readHeader(dwarf: DebugSections, unit: Unit, offset: number): LineHeader {
  const r = new ByteReader(dwarf.line, '.debug_line', offset);
  const { lengthBytes, offsetBytes } = readInitialLength(r);
  const end = r.position + lengthBytes;
  const version = r.u16();
  if (version < 2 || version > 5) {
    throw new ElfError(`.debug_line: a table of version ${version}; 2 to 5 can be read`);
  }
  if (version >= 5) r.skip(2);
  const headerBytes = r.unsigned(offsetBytes);
  const programStart = r.position + headerBytes;
  const minInstructionBytes = r.u8();
  if (version >= 4) r.skip(1);
  r.skip(1);
  const lineBase = r.s8();
  const lineRange = r.u8();
  const opcodeBase = r.u8();
  if (lineRange === 0 || opcodeBase === 0) {
    throw new ElfError('.debug_line: a header with a line range or opcode base of 0');
  }
  const opcodeLengths = [...r.block(opcodeBase - 1)];
  const files = readFileTables(r, dwarf, unit, version, offsetBytes);
  const program = new ByteReader(dwarf.line, '.debug_line', programStart, end);
  return {
    minInstructionBytes,
    lineBase,
    lineRange,
    opcodeBase,
    opcodeLengths,
    files,
    program,
  };
}

/** Registers of the state machine (DWARF 5, section 6.2.2) that this reader uses. */
interface State {
  address: number;
  file: number;
  line: number;
  rows: LineRow[];
}

function runProgram(header: LineHeader): Sequence[] {
  const { program: r } = header;
  const sequences: Sequence[] = [];
  let total = 0;
  let state = freshState();
  const emit = () => {
    state.rows.push({ address: state.address, file: state.file, line: state.line });
    if (++total > MAX_ROWS)
      throw new ElfError('.debug_line: a program of more than 4 million rows');
  };
  const endSequence = () => {
    const { rows, address } = state;
    const low = rows[0]?.address;
    // Code that the linker threw away keeps address 0.
    if (low !== undefined && low !== 0 && address > low) {
      rows.sort((a, b) => a.address - b.address);
      sequences.push({ low: rows[0]!.address, high: address, rows });
    }
    state = freshState();
  };
  while (!r.done) {
    const opcode = r.u8();
    if (opcode >= header.opcodeBase) {
      const adjusted = opcode - header.opcodeBase;
      state.address += Math.floor(adjusted / header.lineRange) * header.minInstructionBytes;
      state.line += header.lineBase + (adjusted % header.lineRange);
      emit();
    } else if (opcode === 0) {
      const lengthBytes = r.uleb();
      const next = r.position + lengthBytes;
      const kind = lengthBytes === 0 ? 0 : r.u8();
      if (kind === 1) endSequence();
      else if (kind === 2) state.address = r.unsigned(lengthBytes - 1);
      r.skip(next - r.position);
    } else standardOpcode(header, opcode, state, emit);
  }
  return sequences;
}

function freshState(): State {
  return { address: 0, file: 1, line: 1, rows: [] };
}

/** DWARF 5, section 6.2.5.2; those that only set registers not used here fall into `default`. */
function standardOpcode(header: LineHeader, opcode: number, state: State, emit: () => void): void {
  const { program: r, minInstructionBytes } = header;
  switch (opcode) {
    case 1:
      emit();
      break;
    case 2:
      state.address += r.uleb() * minInstructionBytes;
      break;
    case 3:
      state.line += r.sleb();
      break;
    case 4:
      state.file = r.uleb();
      break;
    case 8: {
      const steps = Math.floor((255 - header.opcodeBase) / header.lineRange);
      state.address += steps * minInstructionBytes;
      break;
    }
    case 9:
      state.address += r.u16();
      break;
    default:
      for (let i = header.opcodeLengths[opcode - 1] ?? 0; i > 0; i--) r.uleb();
  }
}

function rowAt(sequences: readonly Sequence[], addr: number): LineRow | undefined {
  for (const sequence of sequences) {
    if (addr < sequence.low || addr >= sequence.high) continue;
    let low = 0;
    let high = sequence.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sequence.rows[middle]!.address <= addr) low = middle + 1;
      else high = middle;
    }
    // Line 0 means code that belongs to no line; the nearest before it says more.
    for (let i = low - 1; i >= 0; i--) {
      const row = sequence.rows[i]!;
      if (row.line !== 0) return row;
    }
  }
  return undefined;
}
