import { type BuildOptions, buildAgent, buildImage, buildKernel } from '../kernel/build.ts';
import { openSession, type Session, type SessionOptions } from './run/session.ts';

export type BundledOptions = Omit<SessionOptions, 'kernel' | 'image' | 'agent'> & {
  build?: BuildOptions;
};

/**
 * Boots a bundled kernel (`cow`, `eager`, `mutant:NAME`, …), or one of the user's when `kernel` and
 * `image` are bytes, ready to run sequences. Throws KernelBuildError or GuestError.
 */
export async function openKernel(
  kernel: string | { kernel: Uint8Array; image: Uint8Array },
  { build, ...options }: BundledOptions = {},
): Promise<Session> {
  const agent = await buildAgent(build);
  if (typeof kernel !== 'string') return openSession({ ...options, ...kernel, agent });
  const [{ elf }, { image }] = await Promise.all([buildKernel(kernel, build), buildImage(build)]);
  return openSession({ ...options, kernel: elf, image, agent });
}
