import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { packageRoot, type SourceTree, treeDigest } from './sources.ts';

/** `node_modules/.cache/cowcheck` of the checkout, or of the project that installed the package. */
export function defaultCacheDir(): string {
  const root = packageRoot();
  const above = dirname(root);
  const modules = basename(above) === 'node_modules' ? above : join(root, 'node_modules');
  return join(modules, '.cache', 'cowcheck');
}

let serial = 0;

/** A name beside `path` that no other build, here or in another process, uses. */
export function scratchName(path: string): string {
  serial += 1;
  return `${path}.${process.pid}.${serial}`;
}

/** Writes a file so that other processes see all of it or nothing. */
export function writeAtomically(path: string, bytes: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const scratch = scratchName(path);
  writeFileSync(scratch, bytes);
  renameSync(scratch, path);
}

/** Lays a tree out below the cache, once per content, and returns its folder. */
export function materialise(tree: SourceTree, cacheDir: string): string {
  const folder = join(cacheDir, 'trees', treeDigest(tree).slice(0, 24));
  const complete = join(folder, '.complete');
  if (existsSync(complete)) return folder;
  for (const [path, text] of tree) writeAtomically(join(folder, path), text);
  writeAtomically(complete, '');
  return folder;
}

/** A file's bytes, or undefined when it does not exist. */
export function readIfPresent(path: string): Uint8Array | undefined {
  return existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined;
}
