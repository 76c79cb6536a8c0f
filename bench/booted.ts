import { readFileSync } from 'node:fs';
import { parseElf } from '../emulator/elf/index.ts';
import { createMachine } from '../emulator/index.ts';
import type { Machine } from '../emulator/machine/api.ts';
import { bootDisk } from '../emulator/machine/boot-disk.ts';
import type { Subject } from './benchmark.ts';

const BOOT_INSNS = 5_000_000_000;
const SLICE_INSNS = 5_000_000;

/** A machine at the shell's prompt. */
export function booted(subject: Subject): Machine {
  const program = parseElf(readFileSync(subject.kernelPath));
  const disk = readFileSync(subject.imagePath);
  let text = '';
  const machine = bootDisk((virtioVersion) => {
    text = '';
    const made = createMachine({
      disk,
      virtioVersion,
      onConsole(byte) {
        text += String.fromCharCode(byte);
      },
    });
    made.load(program);
    return made;
  });
  for (let ran = 0; !text.endsWith('\n$ '); ran += SLICE_INSNS) {
    if (ran > BOOT_INSNS) throw new Error(`no prompt after ${ran} instructions: ${text}`);
    machine.run(SLICE_INSNS);
  }
  return machine;
}
