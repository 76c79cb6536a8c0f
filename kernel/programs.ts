import { extname } from 'node:path';
import type { SourceTree } from './sources.ts';

const PROGRAMS = 'user/programs/';

/** Source files of each user program: `programs/NAME.c`, or all of `programs/NAME/*.c`. */
export function programSources(tree: SourceTree): Map<string, string[]> {
  const programs = new Map<string, string[]>();
  for (const path of tree.keys()) {
    if (!path.startsWith(PROGRAMS) || extname(path) !== '.c') continue;
    const name = path.slice(PROGRAMS.length).replace(/(\.c|\/.*)$/, '');
    programs.set(name, [...(programs.get(name) ?? []), path]);
  }
  return programs;
}

/** Source files that every user program is linked with. */
export function librarySources(tree: SourceTree): string[] {
  return [...tree.keys()].filter((path) => /^user\/lib\/.*\.[cS]$/.test(path));
}
