import { fileType } from '../../kernel/image/layout.ts';
import { typeOf } from '../../kernel/image/replace-file.ts';
import type { DiskFiles } from '../../model/index.ts';
import type { Guest } from '../guest/api.ts';
import { syscall } from '../ops/helpers.ts';

const PATH = '/console';
const MAJOR = 1;
const MKNOD_BUDGET_INSNS = 200_000_000;

/**
 * What `/console` is. Where the image has none the agent makes it, as every init does; a kernel that
 * refuses is tested without.
 */
export function consoleFile(guest: Guest, image: Uint8Array): DiskFiles {
  const type = typeOf(image, PATH);
  if (type === fileType.device) return { [PATH]: 'console' };
  if (type === fileType.directory) return { [PATH]: 'directory' };
  if (type !== undefined) return { [PATH]: 'unknown' };
  const mknod = syscall('mknod', guest.agent.address('str_console'), MAJOR, 0);
  const { result } = guest.performAsInit(mknod, MKNOD_BUDGET_INSNS);
  return result.kind === 'value' && result.a0 === 0n ? { [PATH]: 'console' } : {};
}
