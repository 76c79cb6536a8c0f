import { writeFileSync } from 'node:fs';
import { createMachine } from '../../emulator/index.ts';
import type { Machine } from '../../emulator/machine/api.ts';
import type { RunFlags } from '../commands/run.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import {
  checkFits,
  type ImageInput,
  imageInput,
  type KernelInput,
  kernelInput,
} from '../inputs/kernel-input.ts';
import { guestText } from './guest-text.ts';
import { type Outcome, runSession } from './session.ts';

/** Long turns: a console session is for its output, not for finding races. */
const QUANTUM_INSNS = 10_000;

function exitCode(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'left':
    case 'shown':
      return EXIT.ok;
    case 'interrupted':
      return EXIT.interrupted;
    case 'command':
      return outcome.status & 0xff;
    case 'exit':
      return outcome.code & 0xff;
    default:
      return EXIT.violation;
  }
}

function writeBack(machine: Machine, image: ImageInput): void {
  const bytes = machine.disk?.bytes().subarray(0, image.bytes.length);
  if (!bytes) return;
  try {
    writeFileSync(image.path, bytes);
  } catch (error) {
    throw new UsageError(`cannot write ${image.path}: ${(error as Error).message}`);
  }
}

/** One boot with one version of the disk's registers. */
async function session(
  context: CliContext,
  flags: RunFlags,
  kernel: KernelInput,
  image: ImageInput,
  virtioVersion: 1 | 2,
): Promise<Outcome> {
  const { stdout, stderr } = context.process;
  const text = guestText((bytes) => stdout.write(bytes));
  const machine = createMachine({
    harts: flags.harts,
    memoryBytes: flags.memory * 2 ** 20,
    disk: image.bytes,
    virtioVersion,
    quantumInsns: QUANTUM_INSNS,
    onConsole: text.add,
  });
  machine.load(kernel.elf);
  const outcome = await runSession(
    machine,
    kernel.elf,
    text,
    {
      exec: flags.exec,
      until: flags.until,
      timeLimitSeconds: flags.timeLimit,
      mayRefuseDisk: virtioVersion === 2,
    },
    {
      terminal: context.terminal,
      now: context.now,
      note: (lines) => stderr.write(`\ncowcheck: ${lines}\n`),
    },
  );
  if (outcome.kind !== 'disk-refused') {
    if (text.length > 0) stdout.write('\n');
    if (flags.writeFs) writeBack(machine, image);
  }
  machine.dispose();
  return outcome;
}

/** `cowcheck run`: see its description. */
export async function runCommand(this: CliContext, flags: RunFlags, name?: string): Promise<void> {
  const kernel = await kernelInput(name);
  const image = await imageInput(flags.fs, kernel);
  if (flags.writeFs && image.bundled) {
    throw new UsageError('--write-fs needs an image of yours: give it with --fs');
  }
  checkFits(kernel, flags.memory * 2 ** 20);
  // kernels before October 2021 drive legacy virtio devices only, later ones modern devices only
  const modern = await session(this, flags, kernel, image, 2);
  const outcome =
    modern.kind === 'disk-refused' ? await session(this, flags, kernel, image, 1) : modern;
  this.process.exitCode = exitCode(outcome);
}
