import { ByteReader } from './byte-reader.ts';
import type { ElfFile, ElfSymbol, Section, SymbolKind } from './elf-file.ts';

const KINDS: readonly SymbolKind[] = ['none', 'object', 'function', 'section', 'file'];
const SHF_EXECINSTR = 4;
const SYMBOL_BYTES = 24;

/** Reads .symtab (ELF gABI, Elf64_Sym). Undefined symbols are left out. */
export function parseSymbols(
  table: Section,
  strings: Section,
  sections: readonly Section[],
): ElfSymbol[] {
  const symbols: ElfSymbol[] = [];
  const r = new ByteReader(table.bytes, '.symtab');
  while (r.position + SYMBOL_BYTES <= r.end) {
    const nameOffset = r.u32();
    const info = r.u8();
    r.skip(1);
    const sectionIndex = r.u16();
    const address = r.u64();
    const sizeBytes = r.u64();
    const kind = KINDS[info & 15] ?? 'other';
    if (sectionIndex === 0 || kind === 'section' || kind === 'file') continue;
    if (nameOffset >= strings.bytes.length) continue;
    const name = new ByteReader(strings.bytes, '.strtab', nameOffset).cstring();
    if (name === '' || name.startsWith('$') || name.startsWith('.L')) continue;
    const code = ((sections[sectionIndex]?.flags ?? 0) & SHF_EXECINSTR) !== 0;
    symbols.push({ name, address, sizeBytes, kind, global: info >> 4 !== 0, code });
  }
  return symbols;
}

/** The two ways in: by name and by address (binary search over a sorted copy made on first use). */
export function symbolTable(
  symbols: readonly ElfSymbol[],
): Pick<ElfFile, 'symbols' | 'symbol' | 'symbolAt'> {
  let byName: Map<string, ElfSymbol> | undefined;
  let sorted: ElfSymbol[] | undefined;
  return {
    symbols,
    symbol(name) {
      byName ??= indexByName(symbols);
      return byName.get(name);
    },
    symbolAt(addr) {
      sorted ??= symbols.filter((s) => s.address !== 0).sort(byAddressThenRank);
      return lookUp(sorted, addr);
    },
  };
}

function indexByName(symbols: readonly ElfSymbol[]): Map<string, ElfSymbol> {
  const byName = new Map<string, ElfSymbol>();
  for (const symbol of symbols) {
    const known = byName.get(symbol.name);
    if (known === undefined || (symbol.global && !known.global)) byName.set(symbol.name, symbol);
  }
  return byName;
}

/** Of several symbols at one address the last wins: functions and objects over bare labels, globals over locals. */
function byAddressThenRank(a: ElfSymbol, b: ElfSymbol): number {
  return a.address - b.address || rank(a) - rank(b);
}

function rank(s: ElfSymbol): number {
  return (s.kind === 'function' || s.kind === 'object' ? 2 : 0) + (s.global ? 1 : 0);
}

/** How far before addr an enclosing sized symbol is looked for behind labels without a size. */
const LOOK_BACK = 64;

function lookUp(
  sorted: readonly ElfSymbol[],
  addr: number,
): { symbol: ElfSymbol; offset: number } | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.address <= addr) low = middle + 1;
    else high = middle;
  }
  let nearest: ElfSymbol | undefined;
  for (let i = low - 1; i >= 0 && i >= low - LOOK_BACK; i--) {
    const symbol = sorted[i]!;
    const offset = addr - symbol.address;
    if (symbol.sizeBytes > 0 && offset < symbol.sizeBytes) return { symbol, offset };
    nearest ??= symbol;
  }
  if (nearest === undefined || nearest.sizeBytes > 0) return undefined;
  return { symbol: nearest, offset: addr - nearest.address };
}
