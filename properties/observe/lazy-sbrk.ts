import type { ElfFile } from '../../emulator/elf/index.ts';

/** What sbrk's code shows about when pages are added. */
export interface LazySbrk {
  lazy: boolean;
  lazyAlways: boolean;
}

/**
 * An eager sys_sbrk leaves the size to growproc; a lazy one stores `p->sz` itself. Whether it does so always
 * or when its second argument says so shows in how often it fetches an argument.
 * @param szOffset offset of `sz` in struct proc, in bytes
 */
export function lazySbrk(elf: ElfFile, szOffset: number): LazySbrk {
  const code = functionCode(elf, 'sys_sbrk');
  if (code === undefined) return { lazy: false, lazyAlways: false };
  const argint = elf.symbol('argint')?.address;
  let storesSize = false;
  let argumentsRead = 0;
  let upper = { register: -1, value: 0 };
  for (const { pc, word } of code) {
    if (storesDouble(word, szOffset)) storesSize = true;
    if ((word & 0x7f) === 0x17) {
      upper = { register: (word >>> 7) & 31, value: pc + (word & 0xfffff000) };
    }
    if (argint !== undefined && callTarget(pc, word, upper) === argint) argumentsRead++;
  }
  // Kernels without argint pass all arguments at once.
  const takesSecond = argint === undefined || argumentsRead > 1;
  return { lazy: storesSize && takesSecond, lazyAlways: storesSize && !takesSecond };
}

/** Instructions of a function; compressed ones as 16 bits. */
function functionCode(elf: ElfFile, name: string): { pc: number; word: number }[] | undefined {
  const symbol = elf.symbol(name);
  const bytes = symbol && elf.read(symbol.address, symbol.sizeBytes);
  if (symbol === undefined || bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer);
  const code: { pc: number; word: number }[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const half = view.getUint16(at, true);
    const isWide = (half & 3) === 3;
    if (isWide && at + 4 > bytes.length) break;
    const word = isWide ? view.getUint32(at, true) : half;
    code.push({ pc: symbol.address + at, word });
    at += isWide ? 4 : 2;
  }
  return code;
}

const SP = 2;
const S0 = 8;

/** `sd` or `c.sd` at this offset from a register that is not the stack's (Unprivileged manual, 2.6, 16.3). */
function storesDouble(word: number, offset: number): boolean {
  if ((word & 0x707f) === 0x3023) {
    const immediate = ((word >>> 25) << 5) | ((word >>> 7) & 31);
    const base = (word >>> 15) & 31;
    return immediate === offset && base !== SP && base !== S0;
  }
  if (word >>> 16 === 0 && (word & 0xe003) === 0xe000) {
    const immediate = ((word >>> 7) & 0x38) | ((word << 1) & 0xc0);
    return immediate === offset && ((word >>> 7) & 7) + 8 !== S0;
  }
  return false;
}

/** Where `jal`, or `jalr` after its `auipc`, goes; undefined for other instructions. */
function callTarget(
  pc: number,
  word: number,
  upper: { register: number; value: number },
): number | undefined {
  if ((word & 0x7f) === 0x6f) {
    const low = ((word >>> 20) & 0x7fe) | ((word >>> 9) & 0x800) | (word & 0xff000);
    return pc + (word >> 31) * 0x100000 + low;
  }
  if ((word & 0x707f) === 0x67 && ((word >>> 15) & 31) === upper.register) {
    return upper.value + (word >> 20);
  }
  return undefined;
}
