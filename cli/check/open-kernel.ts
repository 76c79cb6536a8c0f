import { createHash } from 'node:crypto';
import { ElfError } from '../../emulator/elf/index.ts';
import { buildAgent, KernelBuildError } from '../../kernel/build.ts';
import { FsError } from '../../kernel/image/fs-error.ts';
import { ModelError } from '../../model/index.ts';
import { GuestError } from '../../properties/guest/guest-error.ts';
import { LayoutError } from '../../properties/observe/index.ts';
import { loadPlugins, PluginError } from '../../properties/plugin.ts';
import { openSession, type Session } from '../../properties/run/session.ts';
import type { CheckResult } from '../../spec/result.ts';
import { UsageError } from '../exit-codes.ts';
import { checkFits, imageInput, kernelInput } from '../inputs/kernel-input.ts';

export interface KernelFlags {
  fs?: string;
  harts: number;
  memory: number;
  plugin?: readonly string[];
  refcount?: string;
  copying?: boolean;
}

export interface OpenKernel {
  /** as the user named it */
  name: string;
  session: Session;
  kernel: CheckResult['kernel'];
}

const MIB = 2 ** 20;

/** What the user can mend; everything else is an error of ours. */
const MENDABLE = [
  GuestError,
  ElfError,
  LayoutError,
  FsError,
  ModelError,
  KernelBuildError,
  PluginError,
];

/** Boots the kernel that the user names, with the agent and the plugins. Throws UsageError. */
export async function openKernel(
  name: string | undefined,
  flags: KernelFlags,
): Promise<OpenKernel> {
  const kernel = await kernelInput(name);
  const image = await imageInput(flags.fs, kernel);
  checkFits(kernel, flags.memory * MIB);
  try {
    const operations = await loadPlugins(flags.plugin ?? []);
    const session = openSession({
      kernel: kernel.bytes,
      image: image.bytes,
      agent: await buildAgent(),
      harts: flags.harts,
      memoryBytes: flags.memory * MIB,
      operations,
      ...(flags.refcount !== undefined && { refcount: flags.refcount }),
      ...(flags.copying !== undefined && { copying: flags.copying }),
    });
    const sha256 = createHash('sha256').update(kernel.bytes).digest('hex');
    const features = featuresOf(session);
    return { name: kernel.name, session, kernel: { path: kernel.name, sha256, features } };
  } catch (error) {
    if (!MENDABLE.some((kind) => error instanceof kind)) throw error;
    throw new UsageError(`${kernel.name} cannot be checked: ${(error as Error).message}`);
  }
}

/** What was found in the kernel that changes how it is checked. */
function featuresOf({ guest: { layout }, observer, profile }: Session): string[] {
  const counts = observer.counts?.candidate.name;
  return [
    `timer ${layout.timer}`,
    counts === undefined ? 'no reference counts' : `reference counts in ${counts}`,
    ...{ never: [], asked: ['lazy sbrk'], always: ['sbrk always lazy'] }[profile.lazySbrk],
    ...(layout.renamed ? ['names of 2025'] : []),
    ...layout.degraded.map((sentence) => `degraded: ${sentence}`),
  ];
}
