import {
  asStruct,
  type CType,
  type DebugInfo,
  type ElfFile,
  resolved,
} from '../../emulator/elf/index.ts';
import type { RootWord } from './api.ts';
import { typedWords } from './typed-words.ts';

/** Larger arrays are counts or buffers, not tables with pointers. */
const MAX_ENTRIES = 4096;

/**
 * Words of the kernel's data that may hold a page: its pointers and 64-bit integers by type. Saved registers
 * are left out, since they keep stale addresses, and so is what is read by itself.
 * @param skipped the process table, the free lists' heads and the table of open files
 */
export function typedRoots(debug: DebugInfo, skipped: readonly Extent[]): RootWord[] {
  return debug
    .variables()
    .filter((variable) => !covers(skipped, variable.address))
    .flatMap((v) => typedWords(v.name, v.address, v.type, mayHoldPages))
    .filter(({ address, type }) => resolved(type).sizeBytes === 8 && !covers(skipped, address))
    .map(({ name, address }) => ({ name, address }));
}

/** Part of the kernel's data. */
export interface Extent {
  readonly address: number;
  readonly sizeBytes: number;
}

function covers(extents: readonly Extent[], address: number): boolean {
  return extents.some((e) => address >= e.address && address < e.address + e.sizeBytes);
}

function mayHoldPages(_: string, type: CType): boolean {
  const plain = resolved(type);
  if (plain.kind === 'array') return (plain.count ?? 0) <= MAX_ENTRIES;
  return asStruct(plain)?.name !== 'context';
}

const SHF_WRITE = 1;
/** Variables larger than this are counts and buffers. */
const MAX_UNTYPED_BYTES = 64 * 1024;

/** Without types: every aligned word of the writable sections, except those skipped and large variables. */
export function untypedRoots(elf: ElfFile, skipped: readonly Extent[]): RootWord[] {
  const roots: RootWord[] = [];
  const large = elf.symbols.filter((symbol) => symbol.sizeBytes > MAX_UNTYPED_BYTES);
  const extents = [...skipped, ...large];
  for (const section of elf.sections) {
    if (!(section.flags & SHF_WRITE) || section.address === 0) continue;
    const end = section.address + section.sizeBytes;
    for (let address = Math.ceil(section.address / 8) * 8; address + 8 <= end; address += 8) {
      const extent = extents.find((e) => covers([e], address));
      if (extent !== undefined) {
        address = Math.ceil((extent.address + extent.sizeBytes) / 8) * 8 - 8;
        continue;
      }
      roots.push({ address, name: elf.symbolAt(address)?.symbol.name ?? section.name });
    }
  }
  return roots;
}
