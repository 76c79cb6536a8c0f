import { readFileFrom } from '../../kernel/image/replace-file.ts';
import type { DiskFiles } from '../../model/index.ts';

/** Files of the image that operations can name, other than `/init` and `/console`. */
export function diskFiles(image: Uint8Array): DiskFiles {
  const readme = readFileFrom(image, '/README');
  return readme === undefined ? {} : { '/README': readme };
}
