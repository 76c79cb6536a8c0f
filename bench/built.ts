import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { packageFile } from '../cli/package-file.ts';

/**
 * Compiles the sources of now, apart from `dist/`, and returns the command's main file: what users start
 * is JavaScript, and measuring must not depend on when `npm run build` last ran.
 */
export function builtCommand(): string {
  const folder = packageFile('node_modules/.cache/cowcheck/bench');
  const project = packageFile('tsconfig.build.json');
  const tsc = packageFile('node_modules/typescript/bin/tsc');
  const args = [tsc, '-p', project, '--outDir', folder, '--declaration', 'false'];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const main = `${folder}/cli/main.js`;
  if (!existsSync(main)) throw new Error(`the sources do not compile:\n${stdout}`);
  return main;
}
