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

let freeSlots = Math.max(1, availableParallelism());
const waiting: (() => void)[] = [];

/** Runs a task when fewer processes than there are CPUs are at work, in this whole process. */
async function inTurn<T>(task: () => Promise<T>): Promise<T> {
  if (freeSlots > 0) freeSlots -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await task();
  } finally {
    const next = waiting.shift();
    if (next === undefined) freeSlots += 1;
    else next();
  }
}

const underWay = new Map<string, Promise<string>>();

/** Runs a command that writes one file, unless the cache has its result, and returns that file's path. */
function cached(
  site: BuildSite,
  name: string,
  argv: readonly string[],
  cwd: string,
): Promise<string> {
  const path = join(site.cacheDir, name);
  if (existsSync(path)) return Promise.resolve(path);
  const begun = underWay.get(path);
  if (begun !== undefined) return begun;
  const made = inTurn(() => produce(site, path, argv, cwd)).finally(() => underWay.delete(path));
  underWay.set(path, made);
  return made;
}

async function produce(
  site: BuildSite,
  path: string,
  argv: readonly string[],
  cwd: string,
): Promise<string> {
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
  const objects = paths.map((path) => {
    const key = digest([environment, path, tree.get(path) ?? '']);
    return cached(site, `objects/${key}.o`, [...argv, '-c', path], folder);
  });
  return allOrFirst(objects);
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

/** Waits for all, so that no compiler is left running, then throws the first failure in order. */
async function allOrFirst<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** Bytes of a file that a build just made. */
export function builtBytes(path: string): Uint8Array {
  const bytes = readIfPresent(path);
  if (bytes === undefined) throw new KernelBuildError(`${path}: vanished while building`, path);
  return bytes;
}
