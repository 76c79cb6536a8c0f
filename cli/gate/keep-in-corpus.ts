import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readText, writeText } from '../files.ts';

/** Adds a reproducer to a corpus folder, unless one with the same steps is already there. */
export function keepInCorpus(folder: string, steps: string): void {
  mkdirSync(folder, { recursive: true });
  const text = readText(steps, 'reproducer');
  const names = readdirSync(folder).filter((name) => name.endsWith('.steps'));
  const body = bodyOf(text);
  if (names.some((name) => bodyOf(readFileSync(join(folder, name), 'utf8')) === body)) return;
  const stem = basename(steps, '.steps');
  let name = `${stem}.steps`;
  for (let n = 2; names.includes(name); n++) name = `${stem}-${n}.steps`;
  writeText(join(folder, name), text);
}

/** The steps without the header, which names kernel and seed. */
const bodyOf = (text: string): string => text.slice(text.indexOf('\n\n'));
