/** Symbolic addresses of operations, resolved for a process. */
import type { Address } from '../spec/operation.ts';
import { pageRoundUp } from '../spec/sv39.ts';
import { PAGE_BYTES } from '../spec/units.ts';
import { KERNBASE, MAXVA, TRAMPOLINE, TRAPFRAME } from '../spec/xv6.ts';
import type { Image, Process } from './state.ts';

/** The regions that every process has, from the image it runs and its break. */
const REGIONS: Record<string, (image: Image, process: Process) => number> = {
  text: () => 0,
  text2: (image) => image.symbols.get('text2') ?? PAGE_BYTES,
  data: (image) => image.symbols.get('data0') ?? firstWritable(image),
  data1: (image) => image.symbols.get('data1') ?? firstWritable(image) + PAGE_BYTES,
  bss: (image) => image.symbols.get('bss0') ?? firstWritable(image) + 2 * PAGE_BYTES,
  guard: (image) => image.stackVa - PAGE_BYTES,
  stack: (image) => image.stackVa,
  sp: (image) => pageRoundUp(image.sizeBytes),
  heap: (image) => image.sizeBytes,
  brk: (_, process) => process.sizeBytes,
  trapframe: () => TRAPFRAME,
  trampoline: () => TRAMPOLINE,
  maxva: () => MAXVA,
  kernel: () => KERNBASE,
};

const firstWritable = (image: Image): number => image.pages.find((page) => page.flags & 4)?.va ?? 0;

/**
 * The 64-bit address, unsigned; differences wrap around. Throws on a name that is neither a region nor
 * a symbol of the program.
 */
export function resolveIn(image: Image, process: Process, address: Address): bigint {
  const match = /^([a-z_][a-z0-9_]*)(?:([+-])(0x[0-9a-f]+))?$/i.exec(address);
  if (!match) return BigInt.asUintN(64, BigInt(address));
  const [, name, sign, offset] = match;
  const base = REGIONS[name!]?.(image, process) ?? image.symbols.get(name!);
  if (base === undefined) {
    throw new Error(`resolveAddress: "${name}" is neither a region nor a symbol of the program`);
  }
  const delta = BigInt(offset ?? 0);
  return BigInt.asUintN(64, BigInt(base) + (sign === '-' ? -delta : delta));
}
