import { readFileSync, statSync } from 'node:fs';
import { ElfError, type ElfFile, parseElf } from '../../emulator/elf/index.ts';
import { UsageError } from '../exit-codes.ts';

export interface KernelInput {
  /** as the user gave it, for messages and results */
  name: string;
  path: string;
  bytes: Uint8Array;
  elf: ElfFile;
  /** one of ours, which goes with our file system image */
  bundled: boolean;
}

/** The kernel when the user names none. */
const DEFAULT_KERNEL = 'cow';

function readInput(path: string, what: string): Uint8Array {
  try {
    return Uint8Array.from(readFileSync(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new UsageError(`cannot read the ${what} ${path}: ${why}`);
  }
}

function parse(name: string, bytes: Uint8Array): ElfFile {
  try {
    return parseElf(bytes);
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    throw new UsageError(`${name} cannot be used as a kernel: ${error.message}`);
  }
}

/** The builder is only loaded for bundled kernels: a user's own boots sooner without it. */
const builder = () => import('../../kernel/build.ts');

/** What building yields, or UsageError with the compiler's message. */
async function built<T>(
  build: (from: Awaited<ReturnType<typeof builder>>) => Promise<T>,
): Promise<T> {
  const from = await builder();
  try {
    return await build(from);
  } catch (error) {
    if (error instanceof from.KernelBuildError) throw new UsageError(error.message);
    throw error;
  }
}

/**
 * Finds a kernel by path or by the name of a bundled one; a bundled name wins only where no such file
 * exists. Throws UsageError, naming the choices.
 */
export async function kernelInput(name = DEFAULT_KERNEL): Promise<KernelInput> {
  const found = statSync(name, { throwIfNoEntry: false });
  if (found?.isFile()) {
    const bytes = readInput(name, 'kernel');
    return { name, path: name, bytes, elf: parse(name, bytes), bundled: false };
  }
  return built(async ({ buildKernel, kernelNames }) => {
    if (!kernelNames().includes(name) && !name.startsWith('mutant:')) {
      if (found) throw new UsageError(`cannot read the kernel ${name}: it is not a file`);
      throw new UsageError(
        `there is no file ${name}, and no bundled kernel of that name; give the path of a kernel ELF, ` +
          `or one of ${kernelNames().join(', ')}, mutant:NAME`,
      );
    }
    const { path, elf } = await buildKernel(name);
    return { name, path, bytes: elf, elf: parse(name, elf), bundled: true };
  });
}

export interface ImageInput {
  path: string;
  bytes: Uint8Array;
  bundled: boolean;
}

/** xv6's block size: an image is a whole number of blocks. */
const BLOCK_BYTES = 1024;

/** Finds the file system image; the bundled one for bundled kernels when none is given. */
export async function imageInput(
  path: string | undefined,
  kernel: KernelInput,
): Promise<ImageInput> {
  if (path === undefined) {
    if (!kernel.bundled) {
      throw new UsageError(
        `which file system goes with ${kernel.name}? Give it with --fs, for example --fs fs.img`,
      );
    }
    const { path: ours, image } = await built(({ buildImage }) => buildImage());
    return { path: ours, bytes: image, bundled: true };
  }
  const bytes = readInput(path, 'file system image');
  if (bytes.length === 0 || bytes.length % BLOCK_BYTES !== 0) {
    throw new UsageError(
      `${path} is ${bytes.length} bytes long, not a whole number of ${BLOCK_BYTES}-byte blocks: ` +
        'it is no xv6 file system image; make one with mkfs (make fs.img)',
    );
  }
  return { path, bytes, bundled: false };
}

/** Throws UsageError when the kernel's segments or entry do not lie in RAM of this size. */
export function checkFits(kernel: KernelInput, memoryBytes: number): void {
  const base = 0x8000_0000;
  const end = base + memoryBytes;
  const mib = memoryBytes / 2 ** 20;
  const hex = (address: number) => `0x${address.toString(16)}`;
  for (const { physicalAddress: start, memorySizeBytes } of kernel.elf.segments) {
    if (start >= base && start + memorySizeBytes <= end) continue;
    const way =
      start >= base
        ? `give it more with --memory ${Math.ceil((start + memorySizeBytes - base) / 2 ** 20)}`
        : 'link it for KERNBASE 0x80000000';
    throw new UsageError(
      `${kernel.name} has a segment at ${hex(start)} of ${memorySizeBytes} bytes, outside the ${mib} MiB ` +
        `of RAM at ${hex(base)}: ${way}`,
    );
  }
  const { entry } = kernel.elf;
  if (entry < base || entry >= end) {
    throw new UsageError(
      `the entry ${hex(entry)} of ${kernel.name} lies outside RAM at ${hex(base)}`,
    );
  }
}
