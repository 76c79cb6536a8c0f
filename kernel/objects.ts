import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { errorPlace, KernelBuildError } from './build-error.ts';
import { materialise, readIfPresent, scratchName } from './cache.ts';
import { digest, type SourceTree } from './sources.ts';
import type { Toolchain } from './toolchain.ts';

/** Where and with what a build runs. */
export interface BuildSite {
  toolchain: Toolchain;
  cacheDir: string;
}

/** Flags of every file: no library, debug information, frame pointers, each function as written. */
const COMMON_FLAGS = [
  '-std=gnu11',
  '-O2',
  '-g',
  '-fno-omit-frame-pointer',
  '-ffreestanding',
  '-fno-builtin',
  '-fno-common',
  '-fno-stack-protector',
  '-fno-pie',
  '-fno-asynchronous-unwind-tables',
  '-mcmodel=medany',
  '-mno-relax',
  '-Wall',
  '-Wextra',
  '-Isrc',
];

const LINK_FLAGS = ['-z', 'max-page-size=4096', '--no-relax'];

/** What every build depends on besides its sources. */
export function flagsDigest(): string {
  return digest([...COMMON_FLAGS, ...LINK_FLAGS]);
}

function run(site: BuildSite, argv: readonly string[], cwd: string): Promise<void> {
  const [program = '', ...rest] = argv;
  const env = { ...process.env, ...site.toolchain.env };
  return new Promise((resolve, reject) => {
    execFile(program, rest, { cwd, env, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error === null) return resolve();
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return reject(new KernelBuildError(`no such compiler: ${program}`));
      }
      const message = `${stderr}${stdout}`.trim() || error.message;
      const { file, line } = errorPlace(message);
      reject(new KernelBuildError(message, file, line));
    });
  });
}

/** Runs a command that writes one file, unless the cache has its result, and returns that file's path. */
async function cached(
  site: BuildSite,
  name: string,
  argv: readonly string[],
  cwd: string,
): Promise<string> {
  const path = join(site.cacheDir, name);
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  const scratch = scratchName(path);
  try {
    await run(site, [...argv, '-o', scratch], cwd);
    renameSync(scratch, path);
  } finally {
    rmSync(scratch, { force: true });
  }
  return path;
}

/** Runs tasks on as many processes as there are CPUs; the first failure wins. */
async function pooled<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await task(items[index] as T);
    }
  };
  const workers = Math.max(1, Math.min(availableParallelism(), items.length));
  await Promise.all(Array.from({ length: workers }, worker));
  return results;
}

/**
 * Compiles files of a tree and returns the objects' paths in the same order. An object is compiled again only when its
 * source, a header, the flags or the compiler changed. Throws KernelBuildError with the compiler's message.
 */
export function compileAll(
  site: BuildSite,
  tree: SourceTree,
  paths: readonly string[],
  flags: readonly string[],
): Promise<string[]> {
  const headers = [...tree].filter(([path]) => extname(path) === '.h').flat();
  const folder = materialise(tree, site.cacheDir);
  const argv = [
    ...site.toolchain.compile,
    ...COMMON_FLAGS,
    ...flags,
    `-ffile-prefix-map=${folder}=kernel`,
  ];
  const environment = digest([site.toolchain.id, ...COMMON_FLAGS, ...flags, ...headers]);
  return pooled(paths, (path) => {
    const key = digest([environment, path, tree.get(path) ?? '']);
    return cached(site, `objects/${key}.o`, [...argv, '-c', path], folder);
  });
}

/** Links objects with a linker script of the tree and returns the ELF's path. */
export function link(
  site: BuildSite,
  tree: SourceTree,
  objects: readonly string[],
  script: string,
  flags: readonly string[] = [],
): Promise<string> {
  const used = [...LINK_FLAGS, ...flags];
  const key = digest([site.toolchain.id, tree.get(script) ?? '', ...used, ...objects]);
  const argv = [...site.toolchain.link, ...used, '-T', script, ...objects];
  return cached(site, `linked/${key}.elf`, argv, materialise(tree, site.cacheDir));
}

/** Bytes of a file that a build just made. */
export function builtBytes(path: string): Uint8Array {
  const bytes = readIfPresent(path);
  if (bytes === undefined) throw new KernelBuildError(`${path}: vanished while building`, path);
  return bytes;
}
