import { parseElf } from '../../emulator/elf/index.ts';
import { createMachine } from '../../emulator/index.ts';

const STEP_INSNS = 5_000_000;
const MOST_INSNS = 20_000_000_000;

/** Boots a kernel, runs shell commands, and gives what the console showed and the disk. */
export function runCommands(
  kernel: Uint8Array,
  image: Uint8Array,
  harts: number,
  commands: readonly string[],
): { shown: string; disk: Uint8Array } {
  let shown = '';
  const machine = createMachine({
    harts,
    disk: image,
    onConsole: (byte) => {
      shown += String.fromCharCode(byte);
    },
  });
  const prompts = () => shown.split(/^\$ /m).length - 1;
  try {
    machine.load(parseElf(kernel));
    for (const [index, command] of ['', ...commands].entries()) {
      if (index > 0) machine.type(`${command}\n`);
      while (prompts() <= index && !shown.includes('panic:') && machine.retired < MOST_INSNS) {
        machine.run(STEP_INSNS);
      }
    }
    return { shown, disk: machine.disk?.bytes().slice() ?? new Uint8Array() };
  } finally {
    machine.dispose();
  }
}
