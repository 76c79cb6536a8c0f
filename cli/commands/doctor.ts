import { buildCommand } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { hartsFlag, kernelArgument, memoryFlag } from '../flags.ts';
import { text } from '../parsers.ts';

export interface DoctorFlags {
  fs?: string;
  harts: number;
  memory: number;
  refcount?: string;
}

export const doctor = buildCommand<DoctorFlags, [kernel?: string], CliContext>({
  loader: async () => (await import('../doctor/doctor-command.ts')).doctorCommand,
  parameters: {
    flags: {
      fs: {
        kind: 'parsed',
        parse: text,
        placeholder: 'IMG',
        brief: 'file system image, to boot with; without it only the ELF is looked at',
        optional: true,
      },
      harts: hartsFlag,
      memory: memoryFlag,
      refcount: {
        kind: 'parsed',
        parse: text,
        placeholder: 'NAME',
        brief: 'the variable with the reference counts, instead of searching for it',
        optional: true,
      },
    },
    positional: kernelArgument,
  },
  docs: {
    brief: 'say what was found in a kernel, and what that enables',
    fullDescription: [
      'Reads the ELF file, its symbols and debug information, then boots the kernel with the image and',
      'forks once, to see its free lists, reference counts and whether fork shares pages.',
      '',
      'Example: cowcheck doctor kernel/kernel --fs fs.img',
    ].join('\n'),
  },
});
