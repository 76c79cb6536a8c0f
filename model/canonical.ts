/**
 * A state up to renaming: two states with the same canonical form behave alike. Processes are sorted
 * by what can be seen of them without names, frames are numbered in the order in which the sorted
 * processes map them; of the orders that a tie leaves, the one with the least text.
 */
import type { Content } from './content.ts';
import { contentOf, refsOf } from './frames.ts';
import { frameOf, mappedPages } from './page-map.ts';
import { processOrders } from './process-orders.ts';
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
  let least: string | undefined;
  for (const order of processOrders(state, present, (process) => look(state, process))) {
    const text = textOf(state, order);
    if (least === undefined || text < least) least = text;
  }
  return [`free ${state.free}`, least, diskText(state), ...consoleText(state)].join('\n');
}

/** All processes in an order that starts with init, by names that follow from that order. */
function textOf(state: ModelState, order: readonly Process[]): string {
  const names = new Map(order.map(({ slot }, i) => [slot, slot === INIT ? INIT : i - 1]));
  return order.map(renamer(state, names)).join('\n');
}

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

/** What waits at the console; nothing when nothing does. */
const consoleText = ({ console: { ready, editing } }: ModelState): string[] =>
  ready.length + editing.length === 0 ? [] : [`${ready.join(' ')}|${editing.join(' ')}`];

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
