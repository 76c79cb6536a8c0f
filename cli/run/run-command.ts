import { writeFileSync } from 'node:fs';
import { createMachine } from '../../emulator/index.ts';
import type { Machine } from '../../emulator/machine/api.ts';
import type { RunFlags } from '../commands/run.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { checkFits, type ImageInput, imageInput, kernelInput } from '../inputs/kernel-input.ts';
import { consoleText } from './console-text.ts';
import { type Outcome, runSession } from './session.ts';

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

/** `cowcheck run`: see its description. */
export async function runCommand(this: CliContext, flags: RunFlags, name?: string): Promise<void> {
  const kernel = await kernelInput(name);
  const image = await imageInput(flags.fs, kernel);
  if (flags.writeFs && image.bundled) {
    throw new UsageError('--write-fs needs an image of yours: give it with --fs');
  }
  const memoryBytes = flags.memory * 2 ** 20;
  checkFits(kernel, memoryBytes);

  const { stdout, stderr } = this.process;
  const text = consoleText();
  let pending: number[] = [];
  // one write a burst, not one a byte
  function flush(): void {
    if (pending.length > 0) stdout.write(Uint8Array.from(pending));
    pending = [];
  }
  const machine = createMachine({
    harts: flags.harts,
    memoryBytes,
    disk: image.bytes,
    onConsole(byte) {
      text.add(byte);
      if (pending.push(byte) === 1) setImmediate(flush);
      if (byte === 10) flush();
    },
  });
  machine.load(kernel.elf);

  const newline = this.terminal.interactive ? '\r\n' : '\n';
  const outcome = await runSession(
    machine,
    kernel.elf,
    text,
    {
      ...(flags.exec === undefined ? {} : { exec: flags.exec }),
      ...(flags.until === undefined ? {} : { until: flags.until }),
      ...(flags.timeLimit === undefined ? {} : { timeLimitSeconds: flags.timeLimit }),
    },
    {
      terminal: this.terminal,
      now: this.now,
      note(lines) {
        flush();
        stderr.write(`\ncowcheck: ${lines}\n`.replaceAll('\n', newline));
      },
    },
  );
  flush();
  if (text.length > 0) stdout.write(newline);
  if (flags.writeFs) writeBack(machine, image);
  machine.dispose();
  this.process.exitCode = exitCode(outcome);
}
