import { ByteReader } from './byte-reader.ts';
import { readInitialLength } from './dwarf-unit.ts';
import { ElfError } from './elf-error.ts';
import type { ElfFile } from './elf-file.ts';

/** How to undo a function's frame at one instruction (DWARF 5, section 6.4). */
export interface UnwindRow {
  /** The canonical frame address is this register plus this offset; undefined when an expression tells. */
  readonly cfa: { readonly register: number; readonly offset: number } | undefined;
  /** Registers saved in memory at CFA + offset. */
  readonly saved: ReadonlyMap<number, number>;
  /** The column that holds the return address: 1, ra, on RISC-V. */
  readonly returnRegister: number;
}

export interface CallFrames {
  rowAt(addr: number): UnwindRow | undefined;
}

interface Common {
  readonly codeAlign: number;
  readonly dataAlign: number;
  readonly returnRegister: number;
  readonly augmented: boolean;
  readonly encoding: number;
  readonly initial: ByteReader | undefined;
}

interface Description {
  readonly low: number;
  readonly high: number;
  readonly common: Common;
  readonly program: { readonly start: number; readonly end: number };
}

/** Call frame information from .debug_frame and .eh_frame; damaged entries end the list. */
export function readCallFrames(elf: ElfFile): CallFrames {
  const tables = ['.debug_frame', '.eh_frame'].flatMap((name) => {
    const section = elf.section(name);
    if (section === undefined || section.bytes.length === 0) return [];
    const { bytes, address } = section;
    return [{ bytes, name, list: readEntries(bytes, name, address) }];
  });
  return {
    rowAt(addr) {
      for (const { bytes, name, list } of tables) {
        const found = list.find((d) => addr >= d.low && addr < d.high);
        if (found !== undefined) return runTo(found, bytes, name, addr);
      }
      return undefined;
    },
  };
}

function readEntries(bytes: Uint8Array, name: string, address: number): Description[] {
  const list: Description[] = [];
  const commons = new Map<number, Common | undefined>();
  const eh = name === '.eh_frame';
  try {
    for (let offset = 0; offset + 4 <= bytes.length; ) {
      const r = new ByteReader(bytes, name, offset);
      const { lengthBytes, offsetBytes } = readInitialLength(r);
      if (lengthBytes === 0) {
        offset = r.position;
        continue;
      }
      const idAt = r.position;
      const end = idAt + lengthBytes;
      const id = r.unsigned(offsetBytes);
      const entry = new ByteReader(bytes, name, r.position, end);
      const isCommon = eh ? id === 0 : id >= (offsetBytes === 4 ? 0xffffffff : 2 ** 63);
      if (isCommon) commons.set(offset, readCommon(entry, eh));
      else {
        const common = commons.get(eh ? idAt - id : id);
        const found = common && readDescription(entry, common, eh, address, end);
        if (found !== undefined) list.push(found);
      }
      offset = end;
    }
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
  }
  return list;
}

function readCommon(r: ByteReader, eh: boolean): Common | undefined {
  const version = r.u8();
  const augmentation = r.cstring();
  if (version >= 4) r.skip(2);
  const codeAlign = r.uleb();
  const dataAlign = r.sleb();
  const returnRegister = version === 1 ? r.u8() : r.uleb();
  let encoding = 0;
  if (augmentation.startsWith('z')) {
    const next = r.uleb() + r.position;
    for (const letter of augmentation.slice(1)) {
      if (letter === 'R') encoding = r.u8();
      else if (letter === 'L') r.skip(1);
      else if (letter !== 'S') return undefined;
    }
    r.position = next;
  } else if (augmentation !== '') return undefined;
  const initial = new ByteReader(r.bytes, r.what, r.position, r.end);
  const augmented = eh && augmentation.startsWith('z');
  return { codeAlign, dataAlign, returnRegister, augmented, encoding, initial };
}

/** DW_EH_PE encodings of a code address that linkers use for RISC-V: width in the low bits, 0x10 for relative. */
function readEncoded(r: ByteReader, encoding: number, sectionAddress: number): number | undefined {
  const base = (encoding & 0x70) === 0x10 ? sectionAddress + r.position : 0;
  switch (encoding & 0x0f) {
    case 0x00:
    case 0x04:
      return base + r.u64();
    case 0x03:
      return base + r.u32();
    case 0x0b:
      return base + (r.u32() | 0);
    case 0x0c: {
      const value = base + r.u64();
      return value >= 2 ** 63 ? value - 2 ** 64 : value;
    }
    default:
      return undefined;
  }
}

function readDescription(
  r: ByteReader,
  common: Common,
  eh: boolean,
  address: number,
  end: number,
): Description | undefined {
  const encoding = eh ? common.encoding : 0;
  const low = readEncoded(r, encoding, address);
  const size = readEncoded(r, encoding & 0x0f, address);
  if (low === undefined || size === undefined) return undefined;
  if (common.augmented) r.skip(r.uleb());
  return { low, high: low + size, common, program: { start: r.position, end } };
}

interface Rules {
  cfa: UnwindRow['cfa'];
  saved: Map<number, number>;
}

/** Bound on the remember stack: deeper occurs only in damaged tables. */
const MAX_REMEMBERED = 64;

function runTo(found: Description, bytes: Uint8Array, name: string, addr: number): UnwindRow {
  const { common } = found;
  const rules: Rules = { cfa: undefined, saved: new Map() };
  if (common.initial) {
    const { position, end } = common.initial;
    const initial = new ByteReader(bytes, name, position, end);
    execute(initial, common, { address: 0, stopAfter: 0 }, rules, new Map());
  }
  const program = new ByteReader(bytes, name, found.program.start, found.program.end);
  const limits = { address: found.low, stopAfter: addr };
  execute(program, common, limits, rules, new Map(rules.saved));
  return { cfa: rules.cfa, saved: rules.saved, returnRegister: common.returnRegister };
}

function execute(
  r: ByteReader,
  common: Common,
  limits: { address: number; readonly stopAfter: number },
  rules: Rules,
  initial: ReadonlyMap<number, number>,
): void {
  const remembered: Rules[] = [];
  const save = (register: number, factored: number) =>
    rules.saved.set(register, factored * common.dataAlign);
  const restore = (register: number) => {
    const offset = initial.get(register);
    if (offset === undefined) rules.saved.delete(register);
    else rules.saved.set(register, offset);
  };
  while (!r.done) {
    const opcode = r.u8();
    const low = opcode & 0x3f;
    const step = advance(r, opcode, low);
    if (step !== undefined) {
      limits.address += step * common.codeAlign;
      if (limits.address > limits.stopAfter) return;
    } else if (opcode >> 6 === 2) save(low, r.uleb());
    else if (opcode >> 6 === 3) restore(low);
    else if (opcode === 0x0a) {
      remembered.push({ cfa: rules.cfa, saved: new Map(rules.saved) });
      if (remembered.length > MAX_REMEMBERED) return;
    } else if (opcode === 0x0b) {
      const old = remembered.pop();
      if (old !== undefined) Object.assign(rules, old);
    } else otherOpcode(r, opcode, common, rules, save, restore);
  }
}

/** The advance_loc instructions: by how many code units; undefined for all others. */
function advance(r: ByteReader, opcode: number, low: number): number | undefined {
  if (opcode >> 6 === 1) return low;
  switch (opcode) {
    case 0x02:
      return r.u8();
    case 0x03:
      return r.u16();
    case 0x04:
      return r.u32();
    default:
      return undefined;
  }
}

/** DWARF 5, section 6.4.2, by opcode. */
function otherOpcode(
  r: ByteReader,
  opcode: number,
  common: Common,
  rules: Rules,
  save: (register: number, factored: number) => void,
  restore: (register: number) => void,
): void {
  switch (opcode) {
    case 0x00: // nop
      return;
    case 0x01: // set_loc
      r.skip(8);
      return;
    case 0x05: // offset_extended
      save(r.uleb(), r.uleb());
      return;
    case 0x06: // restore_extended
      restore(r.uleb());
      return;
    case 0x07: // undefined
    case 0x08: // same_value
      rules.saved.delete(r.uleb());
      return;
    case 0x09: // register
      rules.saved.delete(r.uleb());
      r.uleb();
      return;
    case 0x0c: // def_cfa
      rules.cfa = { register: r.uleb(), offset: r.uleb() };
      return;
    case 0x0d: // def_cfa_register
      rules.cfa = { register: r.uleb(), offset: rules.cfa?.offset ?? 0 };
      return;
    case 0x0e: // def_cfa_offset
      rules.cfa = rules.cfa && { register: rules.cfa.register, offset: r.uleb() };
      return;
    case 0x0f: // def_cfa_expression
      rules.cfa = undefined;
      r.skip(r.uleb());
      return;
    case 0x10: // expression
    case 0x16: // val_expression
      rules.saved.delete(r.uleb());
      r.skip(r.uleb());
      return;
    case 0x11: // offset_extended_sf
      save(r.uleb(), r.sleb());
      return;
    case 0x12: // def_cfa_sf
      rules.cfa = { register: r.uleb(), offset: r.sleb() * common.dataAlign };
      return;
    case 0x13: {
      // def_cfa_offset_sf
      const offset = r.sleb() * common.dataAlign;
      rules.cfa = rules.cfa && { register: rules.cfa.register, offset };
      return;
    }
    case 0x14: // val_offset
    case 0x15: // val_offset_sf
      rules.saved.delete(r.uleb());
      r.uleb();
      return;
    case 0x2e: // GNU_args_size
      r.uleb();
      return;
    default:
      r.position = r.end;
  }
}
