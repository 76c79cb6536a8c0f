import { FsError } from './fs-error.ts';
import { fsck, isHarmful } from './fsck.ts';
import { ROOT_INODE } from './layout.ts';
import { installLog } from './log.ts';
import { putFile } from './put-file.ts';
import { lookup, openVolume, readContents, readInode } from './volume.ts';

/** Refuses an image whose structure is broken; what a power cut leaves behind is accepted. */
function openSound(image: Uint8Array) {
  const problem = fsck(image).find(isHarmful);
  if (problem !== undefined) throw new FsError(problem.where, problem.message);
  const volume = openVolume(image.slice());
  installLog(volume);
  return volume;
}

/**
 * Returns a copy of an image in which the file at `path` has contents `bytes`; it and the directories above it are
 * created when absent. A committed log is installed first, as a boot would. The image given is not changed.
 * Throws FsError, saying what and where, when the image is broken, has no room, or the path is no file.
 */
export function replaceFile(image: Uint8Array, path: string, bytes: Uint8Array): Uint8Array {
  const volume = openSound(image);
  putFile(volume, path, bytes);
  return volume.image;
}

/** Type (`fileType`) of what a path of an image names, or undefined when nothing. Throws FsError on a broken image. */
export function typeOf(image: Uint8Array, path: string): number | undefined {
  const volume = openSound(image);
  const inum = lookup(volume, path, ROOT_INODE);
  return inum === undefined ? undefined : readInode(volume, inum).type;
}

/** Contents of a file of an image, or undefined when there is no such path. Throws FsError on a broken image. */
export function readFileFrom(image: Uint8Array, path: string): Uint8Array | undefined {
  const volume = openSound(image);
  const inum = lookup(volume, path, ROOT_INODE);
  return inum === undefined ? undefined : readContents(volume, inum);
}
