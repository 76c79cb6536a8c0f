import type { Check } from './fsck.ts';
import { type DirEntry, ENTRY_BYTES, fileType, MAX_FILE_BYTES, ROOT_INODE } from './layout.ts';
import { parseEntries, readContents } from './volume.ts';

interface Directory {
  inum: number;
  parent: number;
  path: string;
}

/**
 * Walks the directories from the root: each must hold its own `.` and `..`, name only inodes in use, no name twice, and
 * be reached once. Then compares link counts and reports what was not reached. Ends on cycles: each directory is opened
 * once.
 */
export function checkTree(check: Check): void {
  const { inodes, report } = check;
  const root = inodes.get(ROOT_INODE);
  if (root?.type !== fileType.directory) {
    report('directory', '/', 'inode 1 is not a directory');
    return;
  }
  const links = new Map<number, number>([[ROOT_INODE, 1]]);
  const opened = new Set<number>([ROOT_INODE]);
  const queue: Directory[] = [{ inum: ROOT_INODE, parent: ROOT_INODE, path: '/' }];
  for (let dir = queue.shift(); dir !== undefined; dir = queue.shift()) {
    queue.push(...checkDirectory(check, dir, links, opened));
  }
  checkLinks(check, links);
}

function checkDirectory(
  check: Check,
  dir: Directory,
  links: Map<number, number>,
  opened: Set<number>,
): Directory[] {
  const { inodes, report } = check;
  const entries = entriesOf(check, dir);
  const names = new Set<string>();
  const found: Directory[] = [];
  for (const { inode, name } of entries) {
    const path = `${dir.path === '/' ? '' : dir.path}/${name}`;
    if (names.has(name)) report('directory', path, 'the name occurs twice');
    names.add(name);
    if (name === '.' || name === '..') {
      const expected = name === '.' ? dir.inum : dir.parent;
      if (inode !== expected) report('directory', path, `is inode ${inode}, expected ${expected}`);
      continue;
    }
    const target = inodes.get(inode);
    if (target === undefined) {
      report('directory', path, `names inode ${inode}, which is free or does not exist`);
      continue;
    }
    links.set(inode, (links.get(inode) ?? 0) + 1);
    if (target.type !== fileType.directory) continue;
    if (opened.has(inode)) {
      report('directory', path, `directory inode ${inode} is reached a second time`);
      continue;
    }
    opened.add(inode);
    links.set(dir.inum, (links.get(dir.inum) ?? 0) + 1);
    found.push({ inum: inode, parent: dir.inum, path });
  }
  for (const name of ['.', '..']) {
    if (!names.has(name)) report('directory', dir.path, `has no ${name}`);
  }
  return found;
}

function entriesOf({ volume, inodes, report }: Check, dir: Directory): DirEntry[] {
  const sizeBytes = inodes.get(dir.inum)?.sizeBytes ?? 0;
  if (sizeBytes > MAX_FILE_BYTES) return [];
  if (sizeBytes % ENTRY_BYTES !== 0) {
    report('directory', dir.path, `size ${sizeBytes} is not a multiple of ${ENTRY_BYTES} bytes`);
  }
  try {
    return parseEntries(readContents(volume, dir.inum));
  } catch {
    return []; // a block outside the data, already reported by the pass over the blocks
  }
}

function checkLinks({ inodes, report }: Check, links: Map<number, number>): void {
  for (const [inum, inode] of inodes) {
    const expected = links.get(inum);
    if (expected === undefined) {
      report('orphan', `inode ${inum}`, 'in use, but no directory names it');
    } else if (inode.links !== expected) {
      report('links', `inode ${inum}`, `counts ${inode.links} links, expected ${expected}`);
    }
  }
}
