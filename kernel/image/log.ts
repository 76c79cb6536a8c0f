import { BLOCK_BYTES } from './layout.ts';
import { blockBytes, type Volume } from './volume.ts';

/** Home blocks of the committed transaction in the log, in order; empty when the log is clean. */
export function committedBlocks({ view, sb }: Volume): number[] {
  if (sb.logBlocks === 0) return [];
  const header = sb.logStart * BLOCK_BYTES;
  const count = Math.min(view.getUint32(header, true), sb.logBlocks - 1, BLOCK_BYTES / 4 - 1);
  return Array.from({ length: count }, (_, index) => view.getUint32(header + 4 + 4 * index, true));
}

/** Does what a boot does first: copies a committed transaction home and clears the log. */
export function installLog(volume: Volume): void {
  const homes = committedBlocks(volume);
  homes.forEach((home, index) => {
    if (home >= volume.sb.size) return;
    const logged = blockBytes(volume, volume.sb.logStart + 1 + index);
    blockBytes(volume, home).set(logged);
  });
  if (homes.length > 0) volume.view.setUint32(volume.sb.logStart * BLOCK_BYTES, 0, true);
}
