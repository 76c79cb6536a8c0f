import { expect, test } from 'vitest';
import { parseElf } from '../../emulator/elf/index.ts';
import { LOOPING_INSNS } from '../../emulator/machine/boot-disk.ts';
import { buildAgent, buildImage, buildKernel } from '../../kernel/build.ts';
import { bootGuest } from './boot.ts';

/** `j .`: Unprivileged manual, JAL with rd and offset 0. */
const JUMP_TO_ITSELF = 0x6f;

/** The kernel with another first instruction. */
function startingWith(insn: number, elf: Uint8Array): Uint8Array {
  const { entry } = parseElf(elf);
  const copy = elf.slice();
  const view = new DataView(copy.buffer);
  const headers = Number(view.getBigUint64(32, true));
  for (let at = headers; at < headers + 56 * view.getUint16(56, true); at += 56) {
    const [offset, , pa, sizeBytes] = [8, 16, 24, 32].map((field) =>
      Number(view.getBigUint64(at + field, true)),
    ) as [number, number, number, number];
    if (entry >= pa && entry < pa + sizeBytes) view.setUint32(offset + entry - pa, insn, true);
  }
  return copy;
}

test('a kernel that goes round in a loop is given up when it has written nothing for long', async () => {
  const [{ elf }, { image }, agent] = await Promise.all([
    buildKernel('cow'),
    buildImage(),
    buildAgent(),
  ]);
  const kernel = startingWith(JUMP_TO_ITSELF, elf);
  let said = '';
  try {
    bootGuest({ kernel, image, agent });
  } catch (error) {
    said = (error as Error).message;
  }
  const sentence = /^the kernel did not reach user mode in (\d+) instructions; it printed nothing$/;
  expect(said).toMatch(sentence);
  expect(Number(sentence.exec(said)![1])).toBeLessThan(3 * LOOPING_INSNS);
});
