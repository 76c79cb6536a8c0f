/** After the acting process: whoever it woke goes on, in any order, until nobody can. */
import { processOf } from '../state.ts';
import { choose, note, type Work } from '../work.ts';
import { resumeConsole } from './console.ts';
import { hasZombie, wait } from './exit.ts';
import { pipeReady, resumePipe } from './pipe.ts';

function isReady(work: Work, slot: number): boolean {
  const { blocked } = processOf(work, slot);
  switch (blocked?.op) {
    case 'wait':
      return hasZombie(work, slot);
    case 'console-read':
      return work.console.ready.length > 0;
    case 'pipe-read':
      return pipeReady(work, blocked.pipe, 'read');
    case 'pipe-write':
      return pipeReady(work, blocked.pipe, 'write');
    default:
      return false;
  }
}

/** Resumes blocked processes until none can go on. */
export function settle(work: Work): void {
  for (;;) {
    const ready = work.processes.filter((p) => p.blocked && isReady(work, p.slot));
    if (ready.length === 0) return;
    const next = ready[ready.length > 1 ? choose(work, ready.length) : 0]!;
    if (ready.length > 1) note(work, `s${next.slot} wakes first`);
    if (next.blocked?.op === 'wait') wait(work, next.slot, next.blocked.va);
    else if (next.blocked?.op === 'console-read') resumeConsole(work, next.slot, next.blocked);
    else resumePipe(work, next.slot);
  }
}
