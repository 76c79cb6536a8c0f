import { join } from 'node:path';
import { KernelBuildError } from './build-error.ts';
import { readIfPresent, writeAtomically } from './cache.ts';
import { mkfs } from './image/mkfs.ts';
import { parseMutant, readMutant } from './mutants.ts';
import { type BuildSite, builtBytes, compileAll, flagsDigest, link } from './objects.ts';
import { librarySources, programSources } from './programs.ts';
import { digest, patchSources, readSources, type SourceTree, treeDigest } from './sources.ts';
import { VARIANTS } from './variants.ts';

/** Something to build: `what`, its sources and flags identify it; `make` builds it and returns its path. */
export interface Artefact {
  what: string;
  tree: SourceTree;
  flags: readonly string[];
  make: (site: BuildSite) => Promise<string>;
}

/** Identity of an artefact, whatever compiler makes it; prebuilt files are found by it. */
export function artefactKey({ what, tree, flags }: Artefact): string {
  return digest([what, treeDigest(tree), flagsDigest(), ...flags]);
}

/** Names of the bundled kernels; mutants come on top as `mutant:NAME`. */
export function kernelNames(): string[] {
  return VARIANTS.map(({ name }) => name);
}

function variantFlags(name: string): string[] {
  const variant = VARIANTS.find((candidate) => candidate.name === name);
  if (variant === undefined) {
    throw new KernelBuildError(
      `no bundled kernel is called ${JSON.stringify(name)}; choose one of ${kernelNames().join(', ')} or mutant:NAME`,
    );
  }
  return variant.defines.map((define) => `-D${define}`);
}

/** A variant, or `mutant:NAME`. Throws KernelBuildError when there is none, or its patch does not apply. */
export function kernelArtefact(name: string): Artefact {
  const mutant = /^mutant:(.*)$/.exec(name)?.[1];
  if (mutant === undefined) return linkedKernel(name, readSources(['src']), name);
  const patch = readMutant(mutant);
  return patchedKernel(name, patch, parseMutant(patch, `${mutant}.patch`).base);
}

/** Variant `base` with a unified diff applied to its sources. */
export function patchedKernel(name: string, patch: string, base: string): Artefact {
  return linkedKernel(name, patchSources(readSources(['src']), patch, name), base);
}

function linkedKernel(name: string, tree: SourceTree, base: string): Artefact {
  const flags = variantFlags(base);
  const paths = [...tree.keys()].filter((path) => /\.[cS]$/.test(path));
  const make = async (site: BuildSite) =>
    link(site, tree, await compileAll(site, tree, paths, flags), 'src/kernel.ld');
  return { what: `kernel ${name}`, tree, flags, make };
}

export function agentArtefact(): Artefact {
  const tree = readSources(['agent']);
  const make = async (site: BuildSite) =>
    link(site, tree, await compileAll(site, tree, ['agent/agent.S'], []), 'agent/agent.ld');
  return { what: 'agent', tree, flags: [], make };
}

/** Sources of the user programs, with the headers that they share with the kernel. */
function userSources(): SourceTree {
  const shared = [...readSources(['src'])].filter(([path]) => path.startsWith('src/abi/'));
  return new Map([...shared, ...readSources(['user'])]);
}

/** The user programs by name. */
export function programArtefacts(): Map<string, Artefact> {
  const tree = userSources();
  const programs = new Map<string, Artefact>();
  for (const [name, sources] of programSources(tree)) {
    const paths = [...sources, ...librarySources(tree)];
    const make = async (site: BuildSite) => {
      const objects = await compileAll(site, tree, paths, ['-Iuser']);
      return link(site, tree, objects, 'user/user.ld', ['--strip-debug', '--discard-all']);
    };
    programs.set(name, { what: `program ${name}`, tree, flags: [], make });
  }
  return programs;
}

/** The bundled file system: a README and every user program in its root. */
export function imageArtefact(): Artefact {
  const tree = userSources();
  const make = async (site: BuildSite) => {
    const readme: Uint8Array = new TextEncoder().encode(tree.get('user/README.txt') ?? '');
    const files = [{ path: 'README', bytes: readme }];
    for (const [name, program] of programArtefacts()) {
      files.push({ path: name, bytes: builtBytes(await program.make(site)) });
    }
    const image = mkfs(files);
    const path = join(site.cacheDir, 'images', `${digest([image]).slice(0, 24)}.img`);
    if (readIfPresent(path) === undefined) writeAtomically(path, image);
    return path;
  };
  return { what: 'image', tree, flags: [], make };
}
