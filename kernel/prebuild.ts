// Builds every variant, the user programs, their image and the agent into `kernel/prebuilt/`, so that the package works
// where no compiler is installed. Run with `npm run build:kernels`; `--mutants` builds the seeded bugs too, which the
// packed package has.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import {
  type Artefact,
  agentArtefact,
  artefactKey,
  imageArtefact,
  kernelArtefact,
  kernelNames,
  programArtefacts,
} from './artefacts.ts';
import { defaultCacheDir } from './cache.ts';
import { mutants } from './mutants.ts';
import { type PrebuiltManifest, prebuiltDir } from './prebuilt.ts';
import { findToolchain, noToolchain } from './toolchain.ts';

const artefacts: Artefact[] = [
  ...kernelNames().map(kernelArtefact),
  ...programArtefacts().values(),
  agentArtefact(),
  imageArtefact(),
  ...(process.argv.includes('--mutants')
    ? mutants().map(({ name }) => kernelArtefact(`mutant:${name}`))
    : []),
];

const cacheDir = defaultCacheDir();
const toolchain = findToolchain(process.env.TOOLPREFIX, cacheDir);
if (toolchain === undefined) throw noToolchain('the prebuilt kernels');

rmSync(prebuiltDir(), { recursive: true, force: true });
mkdirSync(prebuiltDir(), { recursive: true });
const manifest: PrebuiltManifest = {};
for (const artefact of artefacts) {
  const made = await artefact.make({ toolchain, cacheDir });
  const file = `${artefact.what.replaceAll(/[ :]/g, '-')}${extname(made)}`;
  copyFileSync(made, join(prebuiltDir(), file));
  manifest[artefactKey(artefact)] = file;
}
writeFileSync(join(prebuiltDir(), 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
console.log(`${artefacts.length} files in ${prebuiltDir()}`);
