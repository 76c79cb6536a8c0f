/** A loadable segment (program header of type PT_LOAD). Addresses and sizes in bytes. */
export interface Segment {
  readonly virtualAddress: number;
  readonly physicalAddress: number;
  readonly fileOffset: number;
  /** The part that comes from the file; the rest up to `memorySizeBytes` is zero. */
  readonly bytes: Uint8Array;
  readonly memorySizeBytes: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
}

export interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly sizeBytes: number;
  /** Contents, decompressed where the file compresses them; empty for .bss. */
  readonly bytes: Uint8Array;
  readonly link: number;
}

export type SymbolKind = 'function' | 'object' | 'none' | 'section' | 'file' | 'other';

export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  /** 0 where the file does not say (assembly labels, `end`). */
  readonly sizeBytes: number;
  readonly kind: SymbolKind;
  readonly global: boolean;
  /** In a section with instructions. */
  readonly code: boolean;
}

export interface ElfFile {
  readonly entry: number;
  readonly segments: readonly Segment[];
  readonly sections: readonly Section[];
  /** Defined, named symbols, without section and file names and the assembler's mapping symbols ($x, $d). */
  readonly symbols: readonly ElfSymbol[];
  section(name: string): Section | undefined;
  /** The symbol of that name; a global one is preferred to a local one. */
  symbol(name: string): ElfSymbol | undefined;
  /** The symbol that covers addr: the nearest below it, within its size where it has one. */
  symbolAt(addr: number): { symbol: ElfSymbol; offset: number } | undefined;
  /** The initial bytes at [va, va + lengthBytes), zero-filled in .bss; undefined outside the segments. */
  read(va: number, lengthBytes: number): Uint8Array | undefined;
}
