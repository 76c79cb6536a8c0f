/** One operation on the model: every outcome that a correct kernel may show. */
import type { Operation } from '../spec/operation.ts';
import { resolveIn } from './address.ts';
import type { Outcome } from './outcome.ts';
import { actingSlot, INIT, type ModelState, processOf, targetSlot } from './state.ts';
import { typeText } from './transitions/console.ts';
import { close, dup } from './transitions/descriptors.ts';
import { exec } from './transitions/exec.ts';
import { exit, kill, killNow, reap, wait } from './transitions/exit.ts';
import {
  chdir,
  fstat,
  inUnlinkedDirectory,
  link,
  mkdir,
  open,
  unlink,
} from './transitions/files.ts';
import { fork } from './transitions/fork.ts';
import { amo, fill, jump, load, lrsc, store } from './transitions/memory.ts';
import { getpid, sleep, uptime } from './transitions/misc.ts';
import { pipe } from './transitions/pipe.ts';
import { read, write } from './transitions/read-write.ts';
import { pressure, sbrk } from './transitions/sbrk.ts';
import { settle } from './transitions/settle.ts';
import { type Choices, type Env, finishWork, nextChoices, startWork, type Work } from './work.ts';

/** Does the operation; false when the model cannot say what a correct kernel would show. */
type Action = (work: Work, slot: number) => boolean;

/**
 * The outcomes of an operation; empty when it is not enabled: nobody can act, or its effect is beyond
 * what the model follows (a jump into data that is executable, a read of a directory, a store to the
 * code it runs where the kernel lets that be written).
 */
export function step(state: ModelState, operation: Operation, env: Env = {}): Outcome[] {
  if (operation.op === 'fail-alloc') {
    return [{ state, result: { kind: 'ok' }, completions: [], note: '' }];
  }
  if (operation.op === 'type') {
    return explore(state, INIT, env, (work) => typeText(work, INIT, operation.text));
  }
  const slot = actingSlot(state, operation.proc);
  if (slot === undefined) return [];
  return explore(state, slot, env, (work) => act(work, slot, operation));
}

/** The hidden parent forks slot 0 (or the next one): the beginning of a sequence. */
export const beginSequence = (state: ModelState, env: Env = {}): Outcome[] =>
  explore(state, INIT, env, (work) => fork(work, INIT));

/** All processes of the sequence killed and reaped: what quiescence compares with. */
export function endSequence(state: ModelState): ModelState {
  const work = startWork(state, {}, { path: [], widths: [], at: 0 });
  for (const { slot, status } of state.processes) {
    if (slot !== INIT && status === 'live') killNow(work, slot);
  }
  for (const { slot, status } of work.processes) {
    if (slot !== INIT && status === 'zombie') reap(work, slot);
  }
  return finishWork(work);
}

/** Runs an action once for each way of choosing. */
function explore(state: ModelState, slot: number, env: Env, action: Action): Outcome[] {
  const outcomes: Outcome[] = [];
  const choices: Choices = { path: [], widths: [], at: 0 };
  do {
    const work = startWork(state, env, choices);
    if (action(work, slot) === false) return [];
    settle(work);
    if (work.derailed) return [];
    const own = work.results.find((shown) => shown.slot === slot);
    outcomes.push({
      state: finishWork(work),
      result: own?.result ?? { kind: 'blocked' },
      completions: work.results.filter((shown) => shown !== own),
      note: work.notes.join('; '),
      ...(work.output && { output: work.output }),
    });
  } while (nextChoices(choices));
  return outcomes;
}

function act(
  work: Work,
  slot: number,
  operation: Exclude<Operation, { op: 'fail-alloc' | 'type' }>,
) {
  // Addresses beyond 2^53 lose their low bits as numbers, but no page can be mapped there.
  const at = (address: string): number =>
    Number(resolveIn(work.before.image, processOf(work, slot), address));
  switch (operation.op) {
    case 'load':
      return load(work, slot, { ...operation, va: at(operation.va) });
    case 'store':
      return store(work, slot, { ...operation, va: at(operation.va) });
    case 'amo':
      return amo(work, slot, { ...operation, va: at(operation.va) });
    case 'lrsc':
      return lrsc(work, slot, { ...operation, va: at(operation.va) });
    case 'fetch':
      return jump(work, slot, { ...operation, va: at(operation.va) });
    case 'fill':
      return fill(work, slot, { ...operation, va: at(operation.va) });
    case 'pressure':
      return pressure(work, slot, operation);
    default:
      return systemCall(work, slot, operation, at);
  }
}

type SystemCall = Extract<Parameters<typeof act>[2], { op: Exclude<Operation['op'], 'load'> }>;

function systemCall(
  work: Work,
  slot: number,
  operation: SystemCall,
  at: (address: string) => number,
): boolean {
  switch (operation.op) {
    case 'fork':
      return fork(work, slot);
    case 'exit':
      return exit(work, slot, operation);
    case 'wait':
      return wait(work, slot, at(operation.va));
    case 'kill':
      return kill(work, slot, targetSlot(work.before, operation.target));
    case 'sbrk':
      return sbrk(work, slot, operation);
    case 'pipe':
      return pipe(work, slot, at(operation.va));
    case 'read':
      return read(work, slot, { ...operation, va: at(operation.va) });
    case 'write':
      return write(work, slot, { ...operation, va: at(operation.va) });
    case 'close':
      return close(work, slot, operation);
    case 'dup':
      return dup(work, slot, operation);
    case 'fstat':
      return fstat(work, slot, { ...operation, va: at(operation.va) });
    case 'sleep':
      return sleep(work, slot, operation);
    case 'uptime':
      return uptime(work, slot);
    case 'getpid':
      return getpid(work, slot);
    default:
      return callWithPath(work, slot, operation as PathCall, at);
  }
}

type PathCall = Extract<Operation, { op: 'exec' | 'open' | 'link' | 'unlink' | 'mkdir' | 'chdir' }>;

function callWithPath(
  work: Work,
  slot: number,
  operation: PathCall,
  at: (address: string) => number,
): boolean {
  if (inUnlinkedDirectory(work, slot)) return false;
  switch (operation.op) {
    case 'exec':
      return exec(work, slot, {
        ...operation,
        path: at(operation.path),
        argv: at(operation.argv),
      });
    case 'open':
      return open(work, slot, { ...operation, path: at(operation.path) });
    case 'link':
      return link(work, slot, { from: at(operation.from), to: at(operation.to) });
    case 'unlink':
      return unlink(work, slot, { path: at(operation.path) });
    case 'mkdir':
      return mkdir(work, slot, { path: at(operation.path) });
    case 'chdir':
      return chdir(work, slot, { path: at(operation.path) });
  }
}
