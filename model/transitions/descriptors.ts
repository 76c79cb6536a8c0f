/** Descriptors and open files: allocation, duplication and closing, which may free a pipe's page. */
import { NOFILE } from '../../spec/xv6.ts';
import { value } from '../outcome.ts';
import { type OpenFile, processOf } from '../state.ts';
import { show, update, type Work } from '../work.ts';

const CLOSED = -1;
export const noDescriptors: readonly number[] = new Array<number>(NOFILE).fill(CLOSED);

/** The open file behind a descriptor of a process; undefined when there is none. */
export function openFile(work: Work, slot: number, fd: number): OpenFile | undefined {
  const number = processOf(work, slot).descriptors[fd | 0];
  return number === undefined ? undefined : work.files.get(number);
}

/** Number of the open file behind a descriptor that is open. */
export const fileNumber = (work: Work, slot: number, fd: number): number =>
  processOf(work, slot).descriptors[fd | 0]!;

/** Adds an open file without descriptors; undefined when the system's table is full. */
export function addFile(work: Work, file: Omit<OpenFile, 'refs' | 'offset'>): number | undefined {
  if (work.files.size >= work.profile.nfile) return undefined;
  let number = 0;
  while (work.files.has(number)) number++;
  work.files.set(number, { ...file, refs: 0, offset: 0 });
  return number;
}

/** Points the lowest closed descriptor at an open file; undefined when all are in use. */
export function addDescriptor(work: Work, slot: number, file: number): number | undefined {
  const { descriptors } = processOf(work, slot);
  const fd = descriptors.indexOf(CLOSED);
  if (fd < 0) return undefined;
  update(work, slot, { descriptors: descriptors.with(fd, file) });
  const open = work.files.get(file)!;
  work.files.set(file, { ...open, refs: open.refs + 1 });
  return fd;
}

/** Closes a descriptor if it is open; the last one closes the file. */
export function closeDescriptor(work: Work, slot: number, fd: number): void {
  const { descriptors } = processOf(work, slot);
  const number = descriptors[fd]!;
  const open = work.files.get(number);
  if (!open) return;
  update(work, slot, { descriptors: descriptors.with(fd, CLOSED) });
  if (open.refs > 1) work.files.set(number, { ...open, refs: open.refs - 1 });
  else closeFile(work, number);
}

/** Ends an open file; the second end of a pipe gives its page back. */
export function closeFile(work: Work, number: number): void {
  const open = work.files.get(number)!;
  work.files.delete(number);
  if (open.kind !== 'pipe') return;
  const pipe = work.pipes.get(open.id)!;
  const rest = open.writable ? { ...pipe, writeOpen: false } : { ...pipe, readOpen: false };
  if (rest.readOpen || rest.writeOpen) work.pipes.set(open.id, rest);
  else {
    work.pipes.delete(open.id);
    work.free += work.profile.pipePages;
  }
}

export function close(work: Work, slot: number, { fd }: { fd: number }): boolean {
  if (!openFile(work, slot, fd)) return show(work, slot, value(-1));
  closeDescriptor(work, slot, fd | 0);
  return show(work, slot, value(0));
}

export function dup(work: Work, slot: number, { fd }: { fd: number }): boolean {
  if (!openFile(work, slot, fd)) return show(work, slot, value(-1));
  const copy = addDescriptor(work, slot, fileNumber(work, slot, fd));
  return show(work, slot, value(copy ?? -1));
}
