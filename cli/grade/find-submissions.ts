import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UsageError } from '../exit-codes.ts';

/** A kernel to grade. */
export interface Submission {
  name: string;
  kernel: string;
  fs?: string;
}

/** Where a built xv6 tree has its kernel and its image. */
const KERNEL = 'kernel/kernel';
const IMAGE = 'fs.img';

/** The submissions that arguments stand for: built trees, folders of them, ELF files, bundled names. */
export function findSubmissions(args: readonly string[]): Submission[] {
  return args.flatMap((arg) => {
    const info = statSync(arg, { throwIfNoEntry: false });
    if (info === undefined || info.isFile()) return [{ name: arg, kernel: arg }];
    if (existsSync(join(arg, KERNEL))) return [tree(arg)];
    const found = readdirSync(arg)
      .sort()
      .flatMap((name) => {
        const path = join(arg, name);
        if (existsSync(join(path, KERNEL))) return [tree(path)];
        return name.endsWith('.elf') ? [{ name: basename(name, '.elf'), kernel: path }] : [];
      });
    if (found.length > 0) return found;
    throw new UsageError(
      `${arg} holds no submission: expected subfolders with ${KERNEL} and ${IMAGE}, or files *.elf`,
    );
  });
}

function tree(path: string): Submission {
  const fs = join(path, IMAGE);
  const submission = { name: basename(path), kernel: join(path, KERNEL) };
  return existsSync(fs) ? { ...submission, fs } : submission;
}
