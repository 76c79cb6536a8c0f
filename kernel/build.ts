import { createHash } from 'node:crypto';
import {
  type Artefact,
  agentArtefact,
  artefactKey,
  imageArtefact,
  kernelArtefact,
  patchedKernel,
  programArtefacts,
} from './artefacts.ts';
import { defaultCacheDir } from './cache.ts';
import { builtBytes } from './objects.ts';
import { findPrebuilt } from './prebuilt.ts';
import { findToolchain, noToolchain } from './toolchain.ts';

export { kernelNames } from './artefacts.ts';
export { KernelBuildError } from './build-error.ts';
export { type MutantInfo, mutants } from './mutants.ts';

/** A kernel ready to load, also as a file; `sha256` identifies `elf`. */
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

/** Path of an artefact: the prebuilt one unless a toolchain is asked for, else a new or cached one. */
async function obtain(artefact: Artefact, options: BuildOptions): Promise<string> {
  const toolprefix = options.toolprefix ?? process.env.TOOLPREFIX;
  if (toolprefix === undefined) {
    const prebuilt = findPrebuilt(artefactKey(artefact));
    if (prebuilt !== undefined) return prebuilt;
  }
  const cacheDir = options.cacheDir ?? defaultCacheDir();
  const toolchain = findToolchain(toolprefix, cacheDir);
  if (toolchain === undefined) throw noToolchain(artefact.what);
  return artefact.make({ toolchain, cacheDir });
}

async function obtainKernel(
  name: string,
  artefact: Artefact,
  options: BuildOptions,
): Promise<BuiltKernel> {
  const path = await obtain(artefact, options);
  const elf = builtBytes(path);
  return { name, path, elf, sha256: createHash('sha256').update(elf).digest('hex') };
}

/**
 * Builds a bundled kernel: a variant (`cow`) or a seeded bug (`mutant:NAME`). Throws KernelBuildError with the
 * compiler's message, file and line, or naming the choices when there is no such kernel.
 */
export async function buildKernel(name: string, options: BuildOptions = {}): Promise<BuiltKernel> {
  return obtainKernel(name, kernelArtefact(name), options);
}

/**
 * Builds variant `base` with a unified diff of the kernel's sources (`a/src/…`) applied; `name` stands for the diff in
 * errors, which are those of `buildKernel`.
 */
export async function buildPatched(
  name: string,
  patch: string,
  base = 'cow',
  options: BuildOptions = {},
): Promise<BuiltKernel> {
  return obtainKernel(name, patchedKernel(name, patch, base), options);
}

/** ELF files of the bundled user programs, by name (`init`, `sh`, …), without debug information. */
export async function buildUserPrograms(
  options: BuildOptions = {},
): Promise<Map<string, Uint8Array>> {
  const programs = new Map<string, Uint8Array>();
  for (const [name, artefact] of programArtefacts()) {
    programs.set(name, builtBytes(await obtain(artefact, options)));
  }
  return programs;
}

/** The agent that takes the place of `/init` during checks, as an ELF with symbols. */
export async function buildAgent(options: BuildOptions = {}): Promise<Uint8Array> {
  return builtBytes(await obtain(agentArtefact(), options));
}

/** The bundled file system, with every user program and a README in its root. */
export async function buildImage(
  options: BuildOptions = {},
): Promise<{ path: string; image: Uint8Array }> {
  const path = await obtain(imageArtefact(), options);
  return { path, image: builtBytes(path) };
}
