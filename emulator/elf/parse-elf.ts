import { inflateSync } from 'node:zlib';
import { ByteReader } from './byte-reader.ts';
import { ElfError } from './elf-error.ts';
import type { ElfFile, Section, Segment } from './elf-file.ts';
import { parseSymbols, symbolTable } from './symbol-table.ts';

const EM_RISCV = 243;
const PT_LOAD = 1;
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const SHF_COMPRESSED = 0x800;
const MAX_SECTION_BYTES = 256 * 1024 * 1024;

/** e_machine values that people do hand over by mistake (ELF gABI, System V). */
const MACHINES: Record<number, string> = {
  0: 'no machine',
  3: 'x86 (32-bit)',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC64',
  40: 'ARM (32-bit)',
  62: 'x86-64',
  183: 'AArch64',
  247: 'BPF',
  258: 'LoongArch',
};

/**
 * Reads a 64-bit little-endian RISC-V executable: headers, loadable segments, sections and symbols.
 * @throws ElfError, in one sentence with the way out, when it is anything else or is damaged.
 */
export function parseElf(bytes: Uint8Array): ElfFile {
  const header = readHeader(bytes);
  const segments = readSegments(bytes, header);
  checkLayout(segments, header.entry);
  const sections = readSections(bytes, header);
  const symbolSection = sections.find((s) => s.type === SHT_SYMTAB);
  const strings = symbolSection === undefined ? undefined : sections[symbolSection.link];
  const symbols = symbolSection && strings ? parseSymbols(symbolSection, strings, sections) : [];
  const byName = new Map<string, Section>();
  for (const section of sections) if (!byName.has(section.name)) byName.set(section.name, section);
  return {
    entry: header.entry,
    segments,
    sections,
    section: (name) => byName.get(name),
    read: (va, lengthBytes) => readInitial(segments, va, lengthBytes),
    ...symbolTable(symbols),
  };
}

interface Header {
  entry: number;
  phoff: number;
  phentsize: number;
  phnum: number;
  shoff: number;
  shentsize: number;
  shnum: number;
  shstrndx: number;
}

function readHeader(bytes: Uint8Array): Header {
  const wayOut = 'give the kernel ELF that the build leaves (kernel/kernel in an xv6 tree)';
  if (bytes.length === 0) throw new ElfError(`the file is empty; ${wayOut}`);
  if (bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) {
    throw new ElfError(`not an ELF file (no 7f 45 4c 46 at its start); ${wayOut}`);
  }
  if (bytes.length < 20) throw new ElfError(`the ELF file is truncated to ${bytes.length} bytes`);
  const endianBig = bytes[5] === 2;
  const machine = endianBig ? bytes[18]! * 256 + bytes[19]! : bytes[18]! + bytes[19]! * 256;
  if (machine !== EM_RISCV) {
    const name = MACHINES[machine] ?? `machine number ${machine}`;
    throw new ElfError(`an ELF file for ${name}, not for RISC-V; ${wayOut}`);
  }
  if (bytes[4] !== 2) throw new ElfError('a 32-bit RISC-V ELF file; only 64-bit kernels can run');
  if (endianBig) throw new ElfError('a big-endian ELF file; RISC-V kernels are little-endian');
  const r = new ByteReader(bytes, 'the ELF file', 16);
  const type = r.u16();
  if (type !== 2 && type !== 3) {
    const kind =
      type === 1 ? 'a relocatable object (.o)' : type === 4 ? 'a core dump' : `type ${type}`;
    throw new ElfError(`an ELF file that is ${kind}, not a linked kernel; ${wayOut}`);
  }
  r.skip(6);
  const entry = r.u64();
  const phoff = r.u64();
  const shoff = r.u64();
  r.skip(6);
  const [phentsize, phnum, shentsize] = [r.u16(), r.u16(), r.u16()];
  return { entry, phoff, phentsize, phnum, shoff, shentsize, shnum: r.u16(), shstrndx: r.u16() };
}

function readSegments(bytes: Uint8Array, header: Header): Segment[] {
  const segments: Segment[] = [];
  for (let i = 0; i < header.phnum; i++) {
    const r = new ByteReader(bytes, 'the ELF program header table', 0);
    r.skip(header.phoff + i * header.phentsize);
    const type = r.u32();
    const flags = r.u32();
    const [fileOffset, va, pa, fileBytes, sizeBytes] = [
      r.u64(),
      r.u64(),
      r.u64(),
      r.u64(),
      r.u64(),
    ];
    if (type !== PT_LOAD || sizeBytes === 0) continue;
    if (fileOffset + fileBytes > bytes.length) {
      throw new ElfError(
        `the ELF file is truncated: segment ${i} (${hex(va)}) needs ${fileOffset + fileBytes} bytes of file, it has ${bytes.length}`,
      );
    }
    if (fileBytes > sizeBytes) {
      throw new ElfError(
        `segment ${i} (${hex(va)}) has ${fileBytes} bytes in the file but only ${sizeBytes} in memory`,
      );
    }
    segments.push({
      virtualAddress: va,
      physicalAddress: pa,
      fileOffset,
      bytes: bytes.subarray(fileOffset, fileOffset + fileBytes),
      memorySizeBytes: sizeBytes,
      readable: (flags & 4) !== 0,
      writable: (flags & 2) !== 0,
      executable: (flags & 1) !== 0,
    });
  }
  return segments;
}

function checkLayout(segments: readonly Segment[], entry: number): void {
  if (segments.length === 0) {
    throw new ElfError('the ELF file has no loadable segment; link the kernel before running it');
  }
  const byPa = [...segments].sort((a, b) => a.physicalAddress - b.physicalAddress);
  for (let i = 1; i < byPa.length; i++) {
    const [low, high] = [byPa[i - 1]!, byPa[i]!];
    if (low.physicalAddress + low.memorySizeBytes > high.physicalAddress) {
      throw new ElfError(
        `segments overlap: ${range(low)} and ${range(high)}; the linker script or the file is damaged`,
      );
    }
  }
  const inside = (start: number, size: number) => entry >= start && entry < start + size;
  if (
    !segments.some(
      (s) =>
        inside(s.virtualAddress, s.memorySizeBytes) || inside(s.physicalAddress, s.memorySizeBytes),
    )
  ) {
    throw new ElfError(
      `the entry point ${hex(entry)} lies outside the segments ${segments.map(range).join(', ')}`,
    );
  }
}

function readSections(bytes: Uint8Array, header: Header): Section[] {
  if (header.shoff === 0) return [];
  const raw: { nameOffset: number; section: Section }[] = [];
  for (let i = 0; i < header.shnum; i++) {
    const r = new ByteReader(bytes, 'the ELF section header table', 0);
    r.skip(header.shoff + i * header.shentsize);
    const [nameOffset, type, flags] = [r.u32(), r.u32(), r.u64()];
    const [address, offset, sizeBytes, link] = [r.u64(), r.u64(), r.u64(), r.u32()];
    const stored = type !== SHT_NOBITS && type !== 0;
    if (stored && offset + sizeBytes > bytes.length) {
      throw new ElfError(
        `the ELF file is truncated: section ${i} ends at ${offset + sizeBytes}, the file at ${bytes.length}`,
      );
    }
    const contents = stored ? bytes.subarray(offset, offset + sizeBytes) : bytes.subarray(0, 0);
    const plain = flags & SHF_COMPRESSED ? decompress(contents) : contents;
    raw.push({
      nameOffset,
      section: { name: '', type, flags, address, sizeBytes, bytes: plain, link },
    });
  }
  const names = raw[header.shstrndx]?.section.bytes;
  return raw.map(({ nameOffset, section }) => ({
    ...section,
    name: names && nameOffset < names.length ? stringAt(names, nameOffset) : '',
  }));
}

/** A compressed debug section (ELF gABI, Elf64_Chdr): zlib only. */
function decompress(contents: Uint8Array): Uint8Array {
  const r = new ByteReader(contents, 'a compressed section');
  const type = r.u32();
  r.skip(4);
  const sizeBytes = r.u64();
  r.skip(8);
  if (type !== 1) {
    throw new ElfError('debug sections are compressed with zstd; link with -gz=none or -gz=zlib');
  }
  if (sizeBytes > MAX_SECTION_BYTES) {
    throw new ElfError(`a compressed section of ${sizeBytes} bytes; expected at most 256 MiB`);
  }
  try {
    return inflateSync(contents.subarray(24), { maxOutputLength: Math.max(sizeBytes, 1) });
  } catch {
    throw new ElfError('a compressed debug section is damaged; link with -gz=none');
  }
}

function readInitial(
  segments: readonly Segment[],
  va: number,
  lengthBytes: number,
): Uint8Array | undefined {
  const segment = segments.find(
    (s) => va >= s.virtualAddress && va + lengthBytes <= s.virtualAddress + s.memorySizeBytes,
  );
  if (segment === undefined) return undefined;
  const start = va - segment.virtualAddress;
  const out = new Uint8Array(lengthBytes);
  out.set(segment.bytes.subarray(start, start + lengthBytes));
  return out;
}

function stringAt(bytes: Uint8Array, offset: number): string {
  return new ByteReader(bytes, 'the section name table', offset).cstring();
}

function range(s: Segment): string {
  return `${hex(s.physicalAddress)}..${hex(s.physicalAddress + s.memorySizeBytes)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
