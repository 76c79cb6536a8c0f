/**
 * exec: builds the new address space while the old one and one page per argument are still held, so
 * that a failure leaves the old image as it was.
 */
import type { SyscallOperation } from '../../spec/operation.ts';
import { pageRoundUp } from '../../spec/sv39.ts';
import { PAGE_BYTES } from '../../spec/units.ts';
import { MAXARG, MAXPATH } from '../../spec/xv6.ts';
import { dropAllFrames } from '../address-space.ts';
import type { Content } from '../content.ts';
import { lookupPath } from '../disk.ts';
import { addFrame } from '../frames.ts';
import { value } from '../outcome.ts';
import { type Entry, emptyPageMap, entry, tablePages, withEntries } from '../page-map.ts';
import { type Image, processOf } from '../state.ts';
import { copyIn, copyInString, fromLittleEndian } from '../user-copy.ts';
import { allocateAll, allocationsLeft, choose, note, show, update, type Work } from '../work.ts';
import { kindOfFile, pathText } from './files.ts';

export type Exec = Omit<Extract<SyscallOperation, { op: 'exec' }>, 'path' | 'argv'> & {
  path: number;
  argv: number;
};

/** −1 and the old image intact, or argc in the new image. False when the model cannot follow. */
export function exec(work: Work, slot: number, { path, argv }: Exec): boolean {
  const fail = () => {
    show(work, slot, value(-1));
    return true;
  };
  const name = copyInString(work, slot, path, MAXPATH);
  const args = name && copyArguments(work, slot, argv);
  if (!args) return fail();
  const inode = lookupPath(work.disk, processOf(work, slot).cwd, pathText(name));
  const kind = inode === undefined ? 'other' : kindOfFile(work, inode);
  if (kind === 'unclear') return false;
  const { image } = work.before;
  if (kind === 'other' || !argumentsFit(image, args)) return fail();
  const plan = withEntries(
    emptyPageMap,
    image.pages.map((page) => [page.va, 1]),
  );
  if (!memorySuffices(work, tablePages(plan) + image.pages.length, args.length)) return fail();
  replaceImage(work, slot, args);
  show(work, slot, value(args.length));
  return true;
}

/**
 * Takes the pages of the new image. While it is built the arguments wait in pages of the kernel's: xv6
 * takes one for each, others take one for all or copy them at once, so that the last few pages or a
 * late failure may or may not be enough.
 */
function memorySuffices(work: Work, pages: number, args: number): boolean {
  const spare = allocationsLeft(work) - pages;
  const unclear = spare >= 0 && spare < Math.max(1, args);
  if (unclear && choose(work, 2) === 1) {
    note(work, 'the pages that hold the arguments are one too many');
    return false;
  }
  return allocateAll(work, pages);
}

/**
 * The argument strings, each in a page of its own while exec runs. Undefined when the array or a
 * string cannot be read, lies beyond the break, or has too many entries.
 */
function copyArguments(work: Work, slot: number, argv: number): Uint8Array[] | undefined {
  const args: Uint8Array[] = [];
  for (let i = 0; i < MAXARG; i++) {
    const at = argv + 8 * i;
    if (at + 8 > processOf(work, slot).sizeBytes) return undefined;
    const pointer = copyIn(work, slot, at, 8).bytes;
    if (pointer.length < 8) return undefined;
    const va = fromLittleEndian(pointer);
    if (va === 0n) return args;
    const text = copyInString(work, slot, Number(va), PAGE_BYTES);
    if (!text) return undefined;
    args.push(text);
  }
  return undefined;
}

/** Do strings and pointers fit on the stack? Each is aligned to 16 bytes, as the ABI asks. */
function argumentsFit(image: Image, args: readonly Uint8Array[]): boolean {
  let sp = pageRoundUp(image.sizeBytes);
  for (const text of args) sp = align(sp - (text.length + 1));
  sp = align(sp - 8 * (args.length + 1));
  return sp >= image.stackVa;
}

const align = (sp: number): number => sp - (sp % 16);

function replaceImage(work: Work, slot: number, args: readonly Uint8Array[]): void {
  const old = processOf(work, slot).pages;
  const { image } = work.before;
  const entries = image.pages.map((page): [number, Entry] => {
    const content = page.va === topStackPage(image) ? stackContent(page, args) : page.content;
    return [page.va, entry(addFrame(work.frames, content), page.flags)];
  });
  dropAllFrames(work, old);
  work.free += tablePages(old);
  update(work, slot, {
    pages: withEntries(emptyPageMap, entries),
    sizeBytes: image.sizeBytes,
    optionalTables: [],
  });
}

const topStackPage = (image: Image): number => pageRoundUp(image.sizeBytes) - PAGE_BYTES;

/** The arguments stand somewhere on the stack: the kernel decides where. */
const stackContent = (page: { va: number; content: Content }, args: readonly Uint8Array[]) => ({
  bytes: page.content.bytes,
  unknown: [{ from: 0, to: PAGE_BYTES, argv: { va: page.va, args } }],
});
