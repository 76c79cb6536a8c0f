import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyPatch, parsePatch } from 'diff';
import { KernelBuildError } from './build-error.ts';

/** Source files by their path under `kernel/`, with forward slashes, in sorted order. */
export type SourceTree = ReadonlyMap<string, string>;

const SOURCE_EXTENSIONS = new Set(['.c', '.h', '.S', '.ld', '.txt']);

/** The package's root: the nearest folder above this file that holds `kernel/src`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'kernel', 'src'))) {
    const above = dirname(folder);
    if (above === folder) throw new KernelBuildError('the package has no kernel/src: reinstall it');
    folder = above;
  }
  return folder;
}

/** Reads the C, assembly, header, linker and text files below some folders of `kernel/`. */
export function readSources(folders: readonly string[]): SourceTree {
  const base = join(packageRoot(), 'kernel');
  const paths = folders.flatMap((folder) =>
    readdirSync(join(base, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      relative(base, join(base, folder, name)).replaceAll('\\', '/'),
    ),
  );
  const sources = paths.filter((path) => SOURCE_EXTENSIONS.has(extname(path))).sort();
  return new Map(sources.map((path) => [path, readFileSync(join(base, path), 'utf8')]));
}

/**
 * Applies a unified diff whose paths are `a/src/…` and `b/src/…`, on a copy. Throws KernelBuildError naming the file
 * when a hunk does not fit or a file does not exist.
 */
export function patchSources(tree: SourceTree, patch: string, name: string): SourceTree {
  const patched = new Map(tree);
  const parts = parseUnified(patch, name);
  if (parts.length === 0) throw new KernelBuildError(`${name}: the patch changes nothing`, name);
  for (const part of parts) {
    const path = (part.newFileName ?? '').replace(/^[ab]\//, '').trim();
    const old = patched.get(path);
    if (old === undefined) {
      throw new KernelBuildError(`${name}: patches ${path}, which does not exist`, path);
    }
    const text = applyPatch(old, part);
    if (text === false) {
      const line = part.hunks[0]?.oldStart;
      throw new KernelBuildError(`${name}: a hunk for ${path}:${line} does not apply`, path, line);
    }
    patched.set(path, text);
  }
  return patched;
}

function parseUnified(patch: string, name: string) {
  try {
    return parsePatch(patch).filter((part) => part.hunks.length > 0);
  } catch (error) {
    throw new KernelBuildError(`${name}: not a unified diff: ${(error as Error).message}`, name);
  }
}

/** Identity of any list of texts: their SHA-256, with lengths, so that no two lists run together. */
export function digest(parts: Iterable<string | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

/** Identity of a tree's paths and contents. */
export function treeDigest(tree: SourceTree): string {
  return digest([...tree].flat());
}
