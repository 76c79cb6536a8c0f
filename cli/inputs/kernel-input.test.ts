import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../exit-codes.ts';
import { checkFits, imageInput, type KernelInput, kernelInput } from './kernel-input.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cowcheck-input-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** An ELF header and one segment, with the fields that matter here. */
function elf(machine: number, at: number, memorySizeBytes: number, entry = at): Uint8Array {
  const bytes = new Uint8Array(64 + 56 + 16);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(entry), true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint16(58, 64, true);
  view.setUint32(64, 1, true);
  view.setUint32(68, 7, true);
  view.setBigUint64(72, 120n, true);
  view.setBigUint64(80, BigInt(at), true);
  view.setBigUint64(88, BigInt(at), true);
  view.setBigUint64(96, 16n, true);
  view.setBigUint64(104, BigInt(memorySizeBytes), true);
  view.setBigUint64(112, 4096n, true);
  return bytes;
}

const RISCV = 243;
const bundled = { name: 'cow', bundled: true } as KernelInput;
const users = { name: 'my/kernel', bundled: false } as KernelInput;

describe('a kernel', () => {
  test('is read from a path', async () => {
    const path = file('kernel', elf(RISCV, 0x8000_0000, 0x2000));
    const kernel = await kernelInput(path);
    expect(kernel).toMatchObject({ name: path, path, bundled: false });
    expect(() => checkFits(kernel, 2 ** 20)).not.toThrow();
  });

  test.each<[string, () => string, RegExp]>([
    [
      'that is not there',
      () => join(folder, 'none'),
      /there is no file .*none.*give the path.* cow, .*mutant:NAME/,
    ],
    ['that is a folder', () => folder, /cannot read the kernel/],
    [
      'that is no ELF',
      () => file('text', new Uint8Array(100)),
      /cannot be used as a kernel: .*ELF/,
    ],
    [
      'for another machine',
      () => file('x86', elf(62, 0x8000_0000, 16)),
      /cannot be used as a kernel/,
    ],
    [
      'that is cut off',
      () => file('cut', elf(RISCV, 0x8000_0000, 16).subarray(0, 100)),
      /cannot be used/,
    ],
  ])('%s is refused in a sentence', async (_, path, message) => {
    const error = await kernelInput(path()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('\n');
  });

  test('that does not fit in RAM is refused with the way out', async () => {
    const big = await kernelInput(file('big', elf(RISCV, 0x8000_0000, 3 * 2 ** 20)));
    expect(() => checkFits(big, 2 ** 20)).toThrow(/outside the 1 MiB .* --memory 3$/);
    const low = await kernelInput(file('low', elf(RISCV, 0x1000, 16)));
    expect(() => checkFits(low, 2 ** 20)).toThrow(/link it for KERNBASE/);
  });
});

describe('a file system image', () => {
  test('is read from a path', async () => {
    const path = file('fs.img', new Uint8Array(2048));
    expect(await imageInput(path, users)).toEqual({
      path,
      bytes: new Uint8Array(2048),
      bundled: false,
    });
  });

  test('must be given for a kernel of the user', async () => {
    await expect(imageInput(undefined, users)).rejects.toThrow(/goes with my\/kernel\?.*--fs/);
  });

  test('of odd size, empty or absent is refused', async () => {
    await expect(imageInput(file('odd', new Uint8Array(1500)), bundled)).rejects.toThrow(
      /1500 bytes long, not a whole number of 1024-byte blocks/,
    );
    await expect(imageInput(file('none', new Uint8Array(0)), bundled)).rejects.toThrow(UsageError);
    await expect(imageInput(join(folder, 'no.img'), bundled)).rejects.toThrow(
      /there is no such file/,
    );
  });
});
