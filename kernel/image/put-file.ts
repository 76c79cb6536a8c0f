import { addEntry, createInode, encodeEntry, writeContents } from './edit.ts';
import { FsError } from './fs-error.ts';
import { fileType, ROOT_INODE } from './layout.ts';
import { lookup, readInode, type Volume, writeInode } from './volume.ts';

function splitPath(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  const odd = parts.find((part) => part === '.' || part === '..');
  if (parts.length === 0 || odd !== undefined) {
    throw new FsError(`path ${JSON.stringify(path)}`, 'must name a file, without . or ..');
  }
  return parts;
}

/** Makes an empty directory with its `.` and `..`; `parent` is itself for the root. */
export function makeDirectory(volume: Volume, inum: number, parent: number): void {
  const contents = new Uint8Array([...encodeEntry(inum, '.'), ...encodeEntry(parent, '..')]);
  writeContents(volume, inum, contents, 'directory');
}

function enterDirectory(volume: Volume, parent: number, name: string): number {
  const found = lookup(volume, name, parent);
  if (found !== undefined) return found;
  const made = createInode(volume, fileType.directory, name);
  makeDirectory(volume, made, parent);
  addEntry(volume, parent, made, name);
  const inode = readInode(volume, parent);
  writeInode(volume, parent, { ...inode, links: inode.links + 1 });
  return made;
}

/**
 * Writes a file into an open volume, in place: replaces its contents, or creates it and the directories above it.
 * A file with several names changes under all of them. Throws FsError, leaving the volume half-changed, when the path
 * runs through a file, names a directory or device, or there is no room: work on a copy.
 */
export function putFile(volume: Volume, path: string, bytes: Uint8Array): void {
  const parts = splitPath(path);
  const name = parts.pop() as string;
  let directory = ROOT_INODE;
  for (const part of parts) {
    directory = enterDirectory(volume, directory, part);
    if (readInode(volume, directory).type !== fileType.directory) {
      throw new FsError(path, `${part} is not a directory`);
    }
  }
  const existing = lookup(volume, name, directory);
  if (existing === undefined) {
    const made = createInode(volume, fileType.file, path);
    writeContents(volume, made, bytes, path);
    addEntry(volume, directory, made, name);
    return;
  }
  const { type } = readInode(volume, existing);
  if (type !== fileType.file) {
    throw new FsError(path, `is ${type === fileType.directory ? 'a directory' : 'not a file'}`);
  }
  writeContents(volume, existing, bytes, path);
}
