import pc from 'picocolors';
import { openKernel } from '../check/open-kernel.ts';
import type { DoctorFlags } from '../commands/doctor.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { kernelInput } from '../inputs/kernel-input.ts';
import { bootedFindings } from './booted-findings.ts';
import { type Finding, staticFindings } from './static-findings.ts';

/** `cowcheck doctor`: see its description. */
export async function doctorCommand(
  this: CliContext,
  flags: DoctorFlags,
  name?: string,
): Promise<void> {
  const kernel = await kernelInput(name);
  const { findings, layout } = staticFindings(kernel, flags.refcount);
  const { stdout } = this.process;
  stdout.write(`${kernel.name} (${kernel.path})\n`);
  const print = (list: readonly Finding[]) => {
    for (const finding of list) stdout.write(`${line(finding, this.terminal.interactive)}\n`);
  };
  print(findings);
  if (layout === undefined) {
    throw new UsageError(`${kernel.name} cannot be checked, for the reasons above`);
  }
  if (flags.fs === undefined && !kernel.bundled) {
    stdout.write('give the file system image with --fs to see the booted kernel\n');
    return;
  }
  const { session } = await openKernel(name, flags);
  print(bootedFindings(session));
  session.dispose();
  this.process.exitCode = EXIT.ok;
}

function line({ what, found, good, means }: Finding, coloured: boolean): string {
  const mark = good ? 'ok' : '! ';
  const shown = coloured ? (good ? pc.green(mark) : pc.yellow(mark)) : mark;
  const consequence = means === undefined ? '' : ` — ${means}`;
  return `  ${shown} ${what.padEnd(24)} ${found}${consequence}`;
}
