import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeTextWritable } from './agent/writable-text.ts';
import {
  buildAgent,
  buildImage,
  buildKernel,
  buildPatched,
  buildUserPrograms,
  KernelBuildError,
  kernelNames,
} from './build.ts';
import { fsck } from './image/fsck.ts';
import { readFileFrom } from './image/replace-file.ts';
import { readSources } from './sources.ts';
import { findToolchain } from './toolchain.ts';

const scratch = mkdtempSync(join(tmpdir(), 'cowcheck-build-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Entry point, machine and loadable segments of an ELF-64 file. */
function parseElf(elf: Uint8Array) {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const at = Number(view.getBigUint64(32, true));
  const headers = Array.from({ length: view.getUint16(56, true) }, (_, index) => at + 56 * index);
  const segments = headers
    .filter((header) => view.getUint32(header, true) === 1)
    .map((header) => ({
      flags: view.getUint32(header + 4, true),
      va: Number(view.getBigUint64(header + 16, true)),
      fileBytes: Number(view.getBigUint64(header + 32, true)),
      memoryBytes: Number(view.getBigUint64(header + 40, true)),
    }));
  return {
    magic: view.getUint32(0, false),
    machine: view.getUint16(18, true),
    entry: Number(view.getBigUint64(24, true)),
    segments,
  };
}

/** A unified diff that replaces the one line of `file` equal to `from`. */
function replaceLine(file: string, from: string, to: string): string {
  const lines = readSources(['src']).get(file)?.split('\n') ?? [];
  const index = lines.indexOf(from);
  expect(index, `${file} has the line ${from}`).toBeGreaterThanOrEqual(0);
  return `--- a/${file}\n+++ b/${file}\n@@ -${index + 1},1 +${index + 1},1 @@\n-${from}\n+${to}\n`;
}

async function failureOf(build: Promise<unknown>): Promise<KernelBuildError> {
  const error = await build.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KernelBuildError);
  return error as KernelBuildError;
}

describe('buildKernel', () => {
  it.each(kernelNames())('builds %s', async (name) => {
    const { elf, sha256 } = await buildKernel(name);
    const { magic, machine, entry } = parseElf(elf);
    expect({ magic, machine, entry }).toEqual({
      magic: 0x7f454c46,
      machine: 243,
      entry: 0x8000_0000,
    });
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives the same bytes from another folder, without naming it', async () => {
    const here = await buildKernel('cow');
    const there = await buildKernel('cow', { cacheDir: join(scratch, 'other') });
    expect(there.sha256).toBe(here.sha256);
    expect(Buffer.from(there.elf).includes('kernel')).toBe(true);
    expect(Buffer.from(there.elf).includes(scratch)).toBe(false);
  });

  it('compiles again only what a patch touches', async () => {
    const cacheDir = join(scratch, 'other');
    const objects = () => readdirSync(join(cacheDir, 'objects'));
    const blanks = (n: number) =>
      replaceLine('src/string.c', '#include "string.h"', `#include${' '.repeat(n)}"string.h"`);
    await buildPatched('two', blanks(2), 'cow', { cacheDir }); // `cow` itself may be prebuilt
    const before = new Set(objects());
    await buildPatched('three', blanks(3), 'cow', { cacheDir });
    expect(objects().filter((name) => !before.has(name))).toHaveLength(1);
  });

  it('names the choices when there is no such kernel', async () => {
    const { message } = await failureOf(buildKernel('cowe'));
    expect(message).toMatch(/"cowe"; choose one of cow, eager, .* or mutant:NAME/);
    await expect(buildKernel('mutant:none')).rejects.toThrow(/no mutant is called "none"/);
  });

  it('passes on what the compiler says, with file and line', async () => {
    const patch = replaceLine('src/string.c', '#include "string.h"', '#include "strings.h" int');
    const error = await failureOf(buildPatched('broken', patch));
    expect(error.message).toMatch(/strings\.h/);
    expect(error).toMatchObject({ file: 'src/string.c', line: expect.any(Number) });
  });

  it('says which hunk of which file does not apply', async () => {
    const stale = '--- a/src/string.c\n+++ b/src/string.c\n@@ -7,1 +7,1 @@\n-no such line\n+x\n';
    const error = await failureOf(buildPatched('stale', stale));
    expect(error).toMatchObject({ file: 'src/string.c', line: 7 });
    expect(error.message).toMatch(/stale: a hunk for src\/string.c:7 does not apply/);
    const lost = stale.replaceAll('string.c', 'nothing.c');
    await expect(buildPatched('lost', lost)).rejects.toThrow(
      /src\/nothing.c, which does not exist/,
    );
    await expect(buildPatched('prose', 'not a diff')).rejects.toThrow(
      /changes nothing|not a unified/,
    );
  });

  it('says that a compiler is missing', async () => {
    const options = { toolprefix: 'no-such-prefix-', cacheDir: scratch };
    await expect(buildAgent(options)).rejects.toThrow(/no such compiler: no-such-prefix-gcc/);
  });
});

describe('buildAgent', () => {
  it('has its pages where the host expects them', async () => {
    const { entry, segments } = parseElf(await buildAgent());
    expect(entry).toBe(0);
    expect(segments).toEqual([
      { flags: 5, va: 0, fileBytes: 0x2000, memoryBytes: 0x2000 },
      { flags: 6, va: 0x2000, fileBytes: 0x2000, memoryBytes: 0x3000 },
    ]);
  });
});

describe('makeTextWritable', () => {
  it('changes the permissions of the text and nothing else', async () => {
    const agent = await buildAgent();
    const changed = makeTextWritable(agent);
    expect(parseElf(changed).segments.map(({ flags }) => flags)).toEqual([7, 6]);
    expect(changed.filter((byte, index) => byte !== agent[index])).toHaveLength(1);
  });
});

describe('buildImage', () => {
  it('is sound and holds every program', async () => {
    const { image } = await buildImage();
    expect(fsck(image)).toEqual([]);
    const programs = await buildUserPrograms();
    expect([...programs.keys()]).toEqual(
      expect.arrayContaining(['init', 'sh', 'cowtest', 'usertests', 'forktest', 'grind']),
    );
    for (const [name, bytes] of programs) {
      const stored = readFileFrom(image, name);
      expect(stored !== undefined && Buffer.from(stored).equals(bytes), name).toBe(true);
    }
    expect(readFileFrom(image, 'README')?.length).toBeGreaterThan(100);
  });

  it('gives programs text that cannot be written and data that cannot be executed', async () => {
    for (const [name, elf] of await buildUserPrograms()) {
      const [text, data] = parseElf(elf).segments;
      expect({ name, text: text?.flags, data: data?.flags }).toEqual({ name, text: 5, data: 6 });
    }
  });
});

describe('findToolchain', () => {
  it('prefers a prefix, and finds the compiler from npm without one', () => {
    expect(findToolchain('riscv64-unknown-elf-', scratch)?.compile[0]).toBe(
      'riscv64-unknown-elf-gcc',
    );
    expect(findToolchain(undefined, scratch)?.id).toMatch(/^zig 0\.16/);
  });
});
