/**
 * A state up to renaming: two states with the same canonical form behave alike. Processes are sorted
 * by what can be seen of them without naming others, frames are numbered in the order in which the
 * sorted processes map them. Never all permutations: states that only a cleverer sort would identify
 * stay apart, which costs visits but is sound.
 */
import type { Content } from './content.ts';
import { contentOf, refsOf } from './frames.ts';
import { frameOf, mappedPages } from './page-map.ts';
import { INIT, type ModelState, type OpenFile, type Process } from './state.ts';

const digests = new WeakMap<Content, string>();

/** Two 32-bit mixes of a page's bytes; remembered, since contents are immutable. */
function digest(content: Content): string {
  const found = digests.get(content);
  if (found !== undefined) return found;
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (const byte of content.bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b + byte, 0x85ebca6b) ^ (b >>> 13);
  }
  const parts = content.unknown.map((part) => `?${part.from}-${part.to}`);
  const text = `${(a >>> 0).toString(36)}.${(b >>> 0).toString(36)}${parts.join('')}`;
  digests.set(content, text);
  return text;
}

/** The canonical form, as text. */
export function canonical(state: ModelState): string {
  const present = state.processes.filter((p) => p.status !== 'gone');
  const ranks = rankProcesses(state, present);
  const order = present
    .filter((p) => p.slot !== INIT)
    .sort((p, q) => ranks.get(p.slot)! - ranks.get(q.slot)! || p.slot - q.slot);
  const names = new Map([[INIT, INIT], ...order.map((p, i): [number, number] => [p.slot, i])]);
  const init = present.find((p) => p.slot === INIT)!;
  const rename = renamer(state, names);
  const texts = [init, ...order].map(rename);
  return [`free ${state.free}`, ...texts, diskText(state)].join('\n');
}

/**
 * Ranks by what can be told without names: first by a process's own look, then, as long as that tells
 * more apart, by the ranks of its parent and of those with whom it shares each page and file.
 */
function rankProcesses(state: ModelState, present: readonly Process[]): Map<number, number> {
  const sharers = new Map<string, number[]>();
  const links = present.map((process) => {
    const things = linksOf(process);
    for (const thing of things) {
      const slots = sharers.get(thing);
      if (slots) slots.push(process.slot);
      else sharers.set(thing, [process.slot]);
    }
    return things;
  });
  let ranks = ranked(present, (p) => (p.slot === INIT ? '' : look(state, p)));
  for (;;) {
    const old = ranks;
    ranks = ranked(present, (p, i) => {
      const shared = links[i]!.map((thing) => ranksOf(sharers.get(thing)!, old));
      return `${old.get(p.slot)}<${old.get(p.parent)}|${shared.join(';')}`;
    });
    if (new Set(ranks.values()).size === new Set(old.values()).size) return ranks;
  }
}

/** What links a process with others, in an order that does not depend on names. */
const linksOf = (process: Process): string[] => [
  ...Array.from(mappedPages(process.pages), ([, e]) => `frame ${frameOf(e)}`),
  ...process.descriptors.filter((file) => file >= 0).map((file) => `file ${file}`),
];

const ranksOf = (slots: readonly number[], ranks: ReadonlyMap<number, number>): string =>
  slots
    .map((slot) => ranks.get(slot)!)
    .sort((a, b) => a - b)
    .join(',');

/** Ranks by a key; equal keys get equal ranks. */
function ranked(
  processes: readonly Process[],
  key: (process: Process, index: number) => string,
): Map<number, number> {
  const keys = processes.map(key);
  const order = [...new Set(keys)].sort(compare);
  const rank = new Map(order.map((text, i) => [text, i]));
  return new Map(processes.map((p, i) => [p.slot, rank.get(keys[i]!)!]));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What distinguishes a process without naming frames, files or other processes. */
function look(state: ModelState, process: Process): string {
  const pages = [...mappedPages(process.pages)].map(([va, e]) => {
    const frame = frameOf(e);
    return `${va}:${e % 32}:${refsOf(state.frames, frame)}:${digest(contentOf(state.frames, frame))}`;
  });
  const files = process.descriptors.map((id) => {
    const file = state.files.get(id);
    const pipe = file?.kind === 'pipe' ? state.pipes.get(file.id)!.bytes.join(' ') : '';
    return fileText(file) + pipe;
  });
  return [scalars(process), pages.join(','), files.join(',')].join('|');
}

const scalars = (p: Process): string =>
  [p.status, p.exitStatus, p.sizeBytes, p.cwd, blockedText(p), p.optionalTables.length].join(' ');

function blockedText({ blocked }: Process): string {
  if (!blocked) return '-';
  return Object.entries(blocked)
    .filter(([key]) => key !== 'pipe')
    .map(([, part]) => String(part))
    .join(':');
}

const fileText = (file: OpenFile | undefined): string =>
  file
    ? [
        file.kind,
        file.readable,
        file.writable,
        file.offset,
        file.kind === 'pipe' ? '' : file.id,
      ].join(':')
    : '-';

/** Prints a process with frames, files and pipes numbered in the order of their first mention. */
function renamer(state: ModelState, names: ReadonlyMap<number, number>) {
  const frames = numbering();
  const files = numbering();
  const pipes = numbering();
  return (process: Process): string => {
    const tables = [...process.pages.level0.keys(), '/', ...process.pages.level1].join(' ');
    const pages = [...mappedPages(process.pages)].map(([va, e]) => {
      const frame = frameOf(e);
      const [number, isNew] = frames(frame);
      return `${va}:${e % 32}:${number}${isNew ? `=${digest(contentOf(state.frames, frame))}` : ''}`;
    });
    const descriptors = process.descriptors.map((id) => {
      const file = state.files.get(id);
      if (!file) return '-';
      const [number, isNew] = files(id);
      if (file.kind !== 'pipe') return `${number}${isNew ? `=${fileText(file)}` : ''}`;
      const [pipe, first] = pipes(file.id);
      const bytes = first ? `(${state.pipes.get(file.id)!.bytes.join(' ')})` : '';
      return `${number}=${fileText(file)}>${pipe}${bytes}`;
    });
    const blocked = process.blocked;
    const on = blocked && 'pipe' in blocked ? pipes(blocked.pipe)[0] : '';
    const parent = names.get(process.parent);
    return [scalars(process), on, parent, tables, pages.join(','), descriptors.join(',')].join('|');
  };
}

/** Numbers things in the order in which they come; says whether one is new. */
function numbering(): (thing: number) => readonly [number: number, isNew: boolean] {
  const numbers = new Map<number, number>();
  return (thing) => {
    const known = numbers.get(thing);
    if (known !== undefined) return [known, false];
    numbers.set(thing, numbers.size);
    return [numbers.size - 1, true];
  };
}

/** The disk as far as it is not the one every sequence starts with: inodes reachable by name or file. */
function diskText(state: ModelState): string {
  return [...state.disk.inodes]
    .map(([id, inode]) => {
      const names = [...inode.entries].map(([name, to]) => `${name}>${to}`).sort();
      const content = inode.content ? digest(inode.content) : '?';
      return `${id}:${inode.type}:${inode.links}:${content}:${names.join(' ')}`;
    })
    .join(',');
}
