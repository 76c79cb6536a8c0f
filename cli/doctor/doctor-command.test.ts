import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildImage, buildKernel } from '../../kernel/build.ts';
import { EXIT } from '../exit-codes.ts';
import { inProcess } from '../testing/in-process.ts';

let folder: string;
let image: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cowcheck-doctor-'));
  image = join(folder, 'fs.img');
  writeFileSync(image, (await buildImage()).image);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The bundled kernel as a file, changed. */
async function changed(name: string, change: (bytes: Buffer) => void): Promise<string> {
  const bytes = Buffer.from((await buildKernel('cow')).elf);
  change(bytes);
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Takes a section, or all whose names begin so, out of sight: nobody looks for its new name. */
function hide(bytes: Buffer, section: string): void {
  for (let at = bytes.indexOf(section); at >= 0; at = bytes.indexOf(section, at)) bytes[at] = 0x78;
}

test('without debug information a kernel of a known layout is checked all the same', async () => {
  const kernel = await changed('no-debug', (bytes) => hide(bytes, '.debug_'));
  const { code, out } = await inProcess(['doctor', kernel, '--fs', image]);
  expect(out).toMatch(/! {2}debug information +none — no source lines; .*build with -g/);
  expect(out).toMatch(/struct proc .* is assumed/);
  expect(out).toMatch(/may be reference counts +([a-z_]+, )*page_refs\n/);
  expect(out).toMatch(/ok reference counts +page_refs as 32-bit integers, mappings per page/);
  expect(code).toBe(EXIT.ok);
});

test('a layout that is assumed and wrong is told from a kernel without an init', async () => {
  const kernel = await changed('unknown', (bytes) => {
    hide(bytes, '.debug_');
    bytes[bytes.lastIndexOf('\0proc_lock\0') + 1] = 0x78;
  });
  const { code, err } = await inProcess(['check', kernel, '--fs', image]);
  expect(err).toMatch(/^cowcheck: .*struct proc is not laid out as in any .*-ggdb\n$/);
  expect(code).toBe(EXIT.usage);
});

test.each(['doctor', 'check'])(
  '%s says in a sentence that debug information is damaged',
  async (command) => {
    const kernel = await changed('damaged', (bytes) => hide(bytes, '.debug_abbrev'));
    const { code, out, err } = await inProcess([command, kernel, '--fs', image]);
    expect(out + err).toMatch(/\.debug_/);
    expect(err).not.toMatch(/^ +at |internal error/m);
    expect(code).toBe(EXIT.usage);
  },
);

test('a stripped kernel is refused with the way out', async () => {
  const kernel = await changed('stripped', (bytes) => bytes.fill(0, 40, 48).fill(0, 60, 64));
  const { code, out } = await inProcess(['doctor', kernel, '--fs', image]);
  expect(out).toMatch(/the kernel is stripped: .*use the unstripped file/);
  expect(code).toBe(EXIT.usage);
});
