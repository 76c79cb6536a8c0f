/** exit, wait and kill: how processes end and their memory comes back. */
import { dropAllFrames } from '../address-space.ts';
import { type Expected, value } from '../outcome.ts';
import { emptyPageMap, tablePages } from '../page-map.ts';
import { INIT, type Process, processOf } from '../state.ts';
import { copyOut, data, littleEndian } from '../user-copy.ts';
import { choose, note, show, update, type Work } from '../work.ts';
import { closeDescriptor } from './descriptors.ts';

/**
 * Ends a process: closes its files and gives its children to init. Its memory, page table and
 * trapframe stay until its parent waits.
 */
function endProcess(work: Work, slot: number, exitStatus: number, shown: Expected): boolean {
  const process = processOf(work, slot);
  for (let fd = 0; fd < process.descriptors.length; fd++) closeDescriptor(work, slot, fd);
  for (const child of work.processes) {
    if (child.parent === slot && child.status !== 'gone')
      update(work, child.slot, { parent: INIT });
  }
  update(work, slot, { status: 'zombie', exitStatus });
  return show(work, slot, shown);
}

/** The kernel's reaction to a fault that is not its own doing: the process dies with status −1. */
export const killNow = (work: Work, slot: number): boolean =>
  endProcess(work, slot, -1, { kind: 'killed' });

export const exit = (work: Work, slot: number, { status }: { status: number }): boolean =>
  endProcess(work, slot, status | 0, { kind: 'exited' });

const children = (work: Work, slot: number): Process[] =>
  work.processes.filter((p) => p.parent === slot && p.status !== 'gone' && p.slot !== INIT);

/** Can a waiting process go on? */
export const hasZombie = (work: Work, slot: number): boolean =>
  children(work, slot).some((child) => child.status === 'zombie');

/**
 * wait: reaps any zombie child (xv6 takes the first in the process table). The status goes to `va`
 * unless that is 0; when it cannot be written the result is −1 and the child stays a zombie.
 */
export function wait(work: Work, slot: number, va: number): boolean {
  const all = children(work, slot);
  if (all.length === 0) return show(work, slot, value(-1));
  const zombies = all.filter((child) => child.status === 'zombie');
  if (zombies.length === 0) return update(work, slot, { blocked: { op: 'wait', va } });
  const child = zombies[zombies.length > 1 ? choose(work, zombies.length) : 0]!;
  if (zombies.length > 1) note(work, `wait takes s${child.slot}`);
  if (va !== 0) {
    const status = littleEndian(BigInt(child.exitStatus), 4);
    if (copyOut(work, slot, va, data(status)) < 4) return show(work, slot, value(-1));
  }
  reap(work, child.slot);
  return show(work, slot, { kind: 'pid', slot: child.slot });
}

/** Gives back all that a zombie still holds. */
export function reap(work: Work, slot: number): void {
  const { pages } = processOf(work, slot);
  dropAllFrames(work, pages);
  work.free += tablePages(pages) + work.before.pagesPerProcess;
  update(work, slot, { status: 'gone', pages: emptyPageMap, optionalTables: [] });
}

/**
 * kill: −1 when there is no such process. The victim dies at once as far as the model is concerned:
 * the driver lets it run until it has. The caller itself dies on its way back to user mode.
 */
export function kill(work: Work, slot: number, target: number): boolean {
  if (target < 0) return show(work, slot, value(-1));
  if (target !== slot) show(work, slot, value(0));
  return killNow(work, target);
}
