import {
  asStruct,
  type CType,
  type DebugInfo,
  type ElfFile,
  resolved,
} from '../../emulator/elf/index.ts';
import type { FreelistHead, RootWord } from './api.ts';
import { typedWords } from './typed-words.ts';

/** Larger arrays are counts or buffers, not tables with pointers. */
const MAX_ENTRIES = 4096;

/**
 * Words of the kernel's data that may hold a page: its pointers and 64-bit integers by type. Saved registers
 * are left out, since they keep stale addresses, and so are free lists and the process table, which are read
 * by themselves.
 */
export function typedRoots(
  debug: DebugInfo,
  procAddress: number,
  freelists: readonly FreelistHead[],
): RootWord[] {
  const heads = new Set(freelists.map((head) => head.address));
  return debug
    .variables()
    .filter((variable) => variable.address !== procAddress)
    .flatMap((v) => typedWords(v.name, v.address, v.type, mayHoldPages))
    .filter(({ address, type }) => resolved(type).sizeBytes === 8 && !heads.has(address))
    .map(({ name, address }) => ({ name, address }));
}

function mayHoldPages(_: string, type: CType): boolean {
  const plain = resolved(type);
  if (plain.kind === 'array') return (plain.count ?? 0) <= MAX_ENTRIES;
  return asStruct(plain)?.name !== 'context';
}

/** Without types: every aligned word of the writable sections, without the process table and the boot stacks. */
export function untypedRoots(
  elf: ElfFile,
  skipped: readonly { address: number; sizeBytes: number }[],
): RootWord[] {
  const roots: RootWord[] = [];
  const SHF_WRITE = 1;
  const inSkipped = (address: number) =>
    skipped.find((s) => address >= s.address && address < s.address + s.sizeBytes);
  for (const section of elf.sections) {
    if (!(section.flags & SHF_WRITE) || section.address === 0) continue;
    const end = section.address + section.sizeBytes;
    for (let address = Math.ceil(section.address / 8) * 8; address + 8 <= end; address += 8) {
      const skip = inSkipped(address);
      if (skip !== undefined) {
        address = Math.ceil((skip.address + skip.sizeBytes) / 8) * 8 - 8;
        continue;
      }
      roots.push({ address, name: elf.symbolAt(address)?.symbol.name ?? section.name });
    }
  }
  return roots;
}
