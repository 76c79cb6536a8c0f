import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { KernelBuildError } from './build-error.ts';
import { defaultCacheDir, readIfPresent, writeAtomically } from './cache.ts';
import { mkfs } from './image/mkfs.ts';
import { parseMutant, readMutant } from './mutants.ts';
import { type BuildSite, builtBytes, compileAll, flagsDigest, link } from './objects.ts';
import { findPrebuilt } from './prebuilt.ts';
import { librarySources, programSources } from './programs.ts';
import { digest, patchSources, readSources, type SourceTree, treeDigest } from './sources.ts';
import { findToolchain, noToolchain } from './toolchain.ts';
import { VARIANTS } from './variants.ts';

export { KernelBuildError } from './build-error.ts';
export { type MutantInfo, mutants } from './mutants.ts';

/** A kernel ready to load; `sha256` identifies `elf`. */
export interface BuiltKernel {
  name: string;
  path: string;
  elf: Uint8Array;
  sha256: string;
}

export interface BuildOptions {
  /** Prefix of a GNU toolchain, e.g. `riscv64-unknown-elf-`; TOOLPREFIX of the environment when absent, else zig. */
  toolprefix?: string;
  /** Folder for everything built; `node_modules/.cache/cowcheck` when absent. */
  cacheDir?: string;
}

/** Something to build: its sources and settings identify it, `make` builds it and returns its path. */
interface Artefact {
  what: string;
  tree: SourceTree;
  flags: readonly string[];
  make: (site: BuildSite) => Promise<string>;
}

/** Identity of an artefact, whatever compiler makes it; prebuilt files are found by it. */
export function artefactKey(what: string, tree: SourceTree, flags: readonly string[]): string {
  return digest([what, treeDigest(tree), flagsDigest(), ...flags]);
}

async function obtain(artefact: Artefact, options: BuildOptions): Promise<string> {
  const toolprefix = options.toolprefix ?? process.env.TOOLPREFIX;
  if (toolprefix === undefined) {
    const prebuilt = findPrebuilt(artefactKey(artefact.what, artefact.tree, artefact.flags));
    if (prebuilt !== undefined) return prebuilt;
  }
  const cacheDir = options.cacheDir ?? defaultCacheDir();
  const toolchain = findToolchain(toolprefix, cacheDir);
  if (toolchain === undefined) throw noToolchain(artefact.what);
  return artefact.make({ toolchain, cacheDir });
}

/** Names of the bundled kernels; mutants come on top as `mutant:NAME`. */
export function kernelNames(): string[] {
  return VARIANTS.map(({ name }) => name);
}

function variantDefines(name: string): readonly string[] {
  const variant = VARIANTS.find((candidate) => candidate.name === name);
  if (variant === undefined) {
    throw new KernelBuildError(
      `no bundled kernel is called ${JSON.stringify(name)}; choose one of ${kernelNames().join(', ')} or mutant:NAME`,
    );
  }
  return variant.defines;
}

/** Sources and settings of a variant or of `mutant:NAME`. */
function kernelArtefact(name: string): Artefact {
  const sources = readSources(['src']);
  const mutant = /^mutant:(.*)$/.exec(name)?.[1];
  if (mutant === undefined) return kernelOf(name, sources, variantDefines(name));
  const patch = readMutant(mutant);
  const { base } = parseMutant(patch, `${mutant}.patch`);
  const patched = patchSources(sources, patch, `${mutant}.patch`);
  return kernelOf(name, patched, variantDefines(base));
}

function kernelOf(name: string, tree: SourceTree, defines: readonly string[]): Artefact {
  const flags = defines.map((define) => `-D${define}`);
  const paths = [...tree.keys()].filter((path) => /\.[cS]$/.test(path));
  const make = async (site: BuildSite) =>
    link(site, tree, await compileAll(site, tree, paths, flags), 'src/kernel.ld');
  return { what: `kernel ${name}`, tree, flags, make };
}

/**
 * Builds a bundled kernel: a variant (`cow`) or a seeded bug (`mutant:NAME`). Throws KernelBuildError with the
 * compiler's message, file and line, or naming the choices when there is no such kernel.
 */
export async function buildKernel(name: string, options: BuildOptions = {}): Promise<BuiltKernel> {
  return finishKernel(name, kernelArtefact(name), options);
}

/** Builds variant `base` with a unified diff of the kernel's sources applied; `name` says which diff in errors. */
export async function buildPatched(
  name: string,
  patch: string,
  base = 'cow',
  options: BuildOptions = {},
): Promise<BuiltKernel> {
  const tree = patchSources(readSources(['src']), patch, name);
  return finishKernel(name, kernelOf(name, tree, variantDefines(base)), options);
}

async function finishKernel(
  name: string,
  artefact: Artefact,
  options: BuildOptions,
): Promise<BuiltKernel> {
  const path = await obtain(artefact, options);
  const elf = builtBytes(path);
  return { name, path, elf, sha256: createHash('sha256').update(elf).digest('hex') };
}

function programArtefact(tree: SourceTree, name: string, sources: readonly string[]): Artefact {
  const paths = [...sources, ...librarySources(tree)];
  const make = async (site: BuildSite) => {
    const objects = await compileAll(site, tree, paths, ['-Iuser']);
    return link(site, tree, objects, 'user/user.ld', ['--strip-debug', '--discard-all']);
  };
  return { what: `program ${name}`, tree, flags: [], make };
}

/** The headers that programs share with the kernel. */
function abiSources(): SourceTree {
  return new Map([...readSources(['src'])].filter(([path]) => path.startsWith('src/abi/')));
}

function userSources(): SourceTree {
  return new Map([...abiSources(), ...readSources(['user'])]);
}

/** ELF files of the bundled user programs, by name (`init`, `sh`, …), without debug information. */
export async function buildUserPrograms(
  options: BuildOptions = {},
): Promise<Map<string, Uint8Array>> {
  const tree = userSources();
  const programs = new Map<string, Uint8Array>();
  for (const [name, sources] of programSources(tree)) {
    const path = await obtain(programArtefact(tree, name, sources), options);
    programs.set(name, builtBytes(path));
  }
  return programs;
}

/** The agent that takes the place of `/init` during checks, as an ELF with symbols. */
export async function buildAgent(options: BuildOptions = {}): Promise<Uint8Array> {
  const tree = readSources(['agent']);
  const make = async (site: BuildSite) =>
    link(site, tree, await compileAll(site, tree, ['agent/agent.S'], []), 'agent/agent.ld');
  return builtBytes(await obtain({ what: 'agent', tree, flags: [], make }, options));
}

/** The bundled file system: every user program and a README in its root. */
export async function buildImage(
  options: BuildOptions = {},
): Promise<{ path: string; image: Uint8Array }> {
  const tree = userSources();
  const make = async (site: BuildSite) => {
    const readme = new TextEncoder().encode(tree.get('user/README.txt') ?? '');
    const files: { path: string; bytes: Uint8Array }[] = [{ path: 'README', bytes: readme }];
    for (const [path, bytes] of await buildUserPrograms(options)) files.push({ path, bytes });
    const image = mkfs(files);
    const path = join(site.cacheDir, 'images', digest([image]).slice(0, 24), 'fs.img');
    if (readIfPresent(path) === undefined) writeAtomically(path, image);
    return path;
  };
  const path = await obtain({ what: 'image', tree, flags: [], make }, options);
  return { path, image: builtBytes(path) };
}
