import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './sources.ts';

/** File names in `kernel/prebuilt/` by artefact key (see build.ts); written by prebuild.ts. */
export type PrebuiltManifest = Record<string, string>;

export function prebuiltDir(): string {
  return join(packageRoot(), 'kernel', 'prebuilt');
}

/** Path of the prebuilt artefact made from exactly these sources and flags, if there is one. */
export function findPrebuilt(key: string): string | undefined {
  const manifestPath = join(prebuiltDir(), 'manifest.json');
  if (!existsSync(manifestPath)) return undefined;
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as PrebuiltManifest;
  const file = manifest[key];
  if (file === undefined) return undefined;
  const path = join(prebuiltDir(), file);
  return existsSync(path) ? path : undefined;
}
