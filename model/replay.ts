/** Replays a trace of spec/cow.qnt through the explored core and through the full model. For tests. */
import {
  type Bounds,
  COW,
  entryAt,
  FREE,
  frameAt,
  LIVE,
  layoutOf,
  ONE,
  type Row,
  setProcess,
  UNUSED,
  W,
  ZOMBIE,
} from './explore/bounds.ts';
import { CORRECT } from './explore/rules.ts';
import { type Action, apply } from './explore/transitions.ts';
import { settleChoices, started } from './fixture.ts';
import {
  beginSequence,
  endSequence,
  type ModelState,
  mappingAt,
  readContent,
  step,
} from './index.ts';
import type { SpecState } from './itf.ts';
import { reap } from './transitions/exit.ts';
import { copyIn, copyOut, data } from './user-copy.ts';
import { type Env, finishWork, startWork, type Work } from './work.ts';

/** The constants of spec/cow.qnt. */
const BOUNDS: Bounds = { processes: 3, pages: 3, readOnly: 1, image: 2, frames: 6, failing: true };
const layout = layoutOf(BOUNDS);

/** The first state that the core does not reach, in a sentence; undefined when it reaches all. */
export function replayCore(trace: readonly SpecState[]): string | undefined {
  for (let i = 1; i < trace.length; i++) {
    const [before, after] = [trace[i - 1]!, trace[i]!];
    const row = rowOf(before);
    const action = coreAction(before, after);
    const seen = action && apply(layout, CORRECT, row, action);
    if (action && seen === undefined) return `${after.action}: not enabled`;
    if (String(row) !== String(rowOf(after))) return `${after.action}: ${row}, not ${rowOf(after)}`;
  }
  return undefined;
}

function rowOf(state: SpecState): Row {
  const row = new Uint8Array(layout.size);
  const status = { Unused: UNUSED, Live: LIVE, Zombie: ZOMBIE };
  for (let p = 0; p < BOUNDS.processes; p++) {
    setProcess(row, p, status[state.status[p]!], state.parent[p]!);
    for (const [v, e] of state.table[p]!.entries()) {
      row[entryAt(layout, p, v)] = (e.frame << 2) | (e.w ? W : 0) | (e.cow ? COW : 0);
    }
  }
  for (let f = 1; f <= BOUNDS.frames; f++) {
    const free = state.free.has(f);
    const bits = free ? FREE : state.content[f] ? ONE : 0;
    row[frameAt(layout, f)] = (state.count[f]! << 2) | bits;
  }
  return row;
}

/** What the core calls the spec's action; undefined where nothing changes. */
function coreAction(before: SpecState, { action, picks }: SpecState): Action | undefined {
  const { p = 0, v = 0, x = 0, oom = false, reach, c, victim } = picks as Record<string, number>;
  const at = { p, v, x, oom: Boolean(oom) };
  switch (action) {
    case 'doFork':
      return { ...at, name: 'fork', v: reach! };
    case 'doKill':
      return { ...at, name: 'exit', p: victim! };
    case 'doReap':
      return { ...at, name: 'reap', p: c! };
    case 'doLoad':
      return before.table[p]![v]!.frame === 0 ? { ...at, name: 'exit' } : undefined;
    case 'doCopyin':
      return undefined;
    default:
      return { ...at, name: action.slice(2).toLowerCase() as Action['name'] };
  }
}

/** The pages of the spec: read-only text, zeroed data, heap. */
const ADDRESSES = [0x1000, 0x4000, 0x7000];

interface Replay {
  state: ModelState;
  /** slot of each process of the spec */
  slots: number[];
}

/** The first state where the full model differs, in a sentence; undefined when it follows throughout. */
export function replayModel(trace: readonly SpecState[]): string | undefined {
  let replay = restart(started());
  for (let i = 1; i < trace.length; i++) {
    const next = advance(replay, trace[i - 1]!, trace[i]!);
    if (typeof next === 'string') return `${trace[i]!.action}: ${next}`;
    replay = next;
  }
  return undefined;
}

/** Slot n runs a fresh image that it shares with nobody, as process 0 of the spec does. */
function restart(state: ModelState): Replay {
  const exec = { op: 'exec', proc: 0, path: 'str_init', argv: 'argv_none' } as const;
  return {
    state: settleChoices(step(state, exec)[0]!.state),
    slots: [state.processes.length - 2, -1, -1],
  };
}

/** Of the model's outcomes, one that looks as the spec's next state. */
function advance({ state, slots }: Replay, before: SpecState, after: SpecState): Replay | string {
  if (after.action === 'doStart') {
    return restart(beginSequence(endSequence(state))[0]!.state);
  }
  let difference = 'no outcome';
  for (const outcome of outcomesOf(state, slots, before, after)) {
    const child = after.status.findIndex((s, p) => s === 'Live' && before.status[p] === 'Unused');
    const named = child < 0 ? slots : slots.with(child, outcome.processes.length - 2);
    const settled = settleChoices(outcome);
    const problem = compare(settled, named, after);
    if (problem === undefined) return { state: settled, slots: named };
    difference = problem;
  }
  return difference;
}

function outcomesOf(
  state: ModelState,
  slots: number[],
  before: SpecState,
  { action, picks }: SpecState,
): ModelState[] {
  const { p = 0, v = 0, x = 0, oom = false, reach, c, victim } = picks as Record<string, number>;
  const slot = slots[victim ?? p]!;
  const proc = state.processes.filter(
    (q) => q.slot >= 0 && q.slot < slot && q.status === 'live',
  ).length;
  const va = `0x${ADDRESSES[v]!.toString(16)}`;
  const noMemory = oom || before.free.size < (action === 'doExec' ? BOUNDS.image : 1);
  const env: Env = { failAt: noMemory || (reach ?? BOUNDS.pages) < BOUNDS.pages ? 1 : undefined };
  const heap = before.table[p]?.[2]?.frame !== 0;
  const after = (operation: Parameters<typeof step>[1], with_: Env = env) =>
    step(state, operation, with_).map((outcome) => outcome.state);
  switch (action) {
    case 'doFork':
      return before.status.includes('Unused')
        ? after({ op: 'fork', proc }, reach! < BOUNDS.pages ? env : {})
        : [state];
    case 'doExit':
      return after({ op: 'exit', proc, status: 0 });
    case 'doKill':
      return after({ op: 'kill', proc, target: proc }, {});
    case 'doReap':
      return [within(state, {}, (work) => reap(work, slots[c!]!))];
    case 'doStore':
      return after({ op: 'store', proc, va, width: 1, value: x });
    case 'doLoad':
      return after({ op: 'load', proc, va, width: 1 });
    case 'doCopyout':
      return [
        within(state, env, (work) => copyOut(work, slot, ADDRESSES[v]!, data(Uint8Array.of(x)))),
      ];
    case 'doCopyin':
      return [within(state, env, (work) => copyIn(work, slot, ADDRESSES[v]!, 1))];
    case 'doGrow':
      return heap ? [state] : after({ op: 'sbrk', proc, bytes: 4096 });
    case 'doShrink':
      return heap ? after({ op: 'sbrk', proc, bytes: -4096 }, {}) : [state];
    case 'doExec':
      return after({ op: 'exec', proc, path: 'str_init', argv: 'argv_none' });
    default:
      throw new Error(`replayModel: unknown action ${action}`);
  }
}

/** One part of a step on its own, such as the copyout of any system call; a sole owner reuses. */
function within(state: ModelState, env: Env, part: (work: Work) => unknown): ModelState {
  const work = startWork(state, env, { path: [], widths: [], at: 0 });
  part(work);
  return finishWork(work);
}

/** Where model and spec differ, in a sentence. */
function compare(state: ModelState, slots: number[], spec: SpecState): string | undefined {
  const frames = new Map<number, number>();
  for (const [p, pages] of spec.table.entries()) {
    const status = slots[p]! < 0 ? 'gone' : state.processes[slots[p]! + 1]!.status;
    const wanted = { Unused: 'gone', Live: 'live', Zombie: 'zombie' }[spec.status[p]!];
    if (status !== wanted) return `process ${p} is ${status}, not ${wanted}`;
    if (status === 'gone') continue;
    for (const [v, e] of pages.entries()) {
      const mapping = mappingAt(state, slots[p]!, ADDRESSES[v]!);
      const at = `process ${p} page ${v}`;
      if ((mapping === undefined) !== (e.frame === 0)) return `${at}: mapped on one side only`;
      if (!mapping) continue;
      if ((frames.get(e.frame) ?? mapping.frame) !== mapping.frame)
        return `${at}: not shared alike`;
      frames.set(e.frame, mapping.frame);
      if (mapping.owners !== spec.count[e.frame]) return `${at}: ${mapping.owners} owners`;
      if (((mapping.perms & 4) !== 0) !== (e.w || e.cow))
        return `${at}: may write on one side only`;
      if (e.cow && !mapping.mayBeProtected) return `${at}: cannot be protected`;
      const bit = readContent(state, slots[p]!, ADDRESSES[v]!, 1)![0];
      if (v > 0 && bit !== spec.content[e.frame]) return `${at}: reads ${bit}`;
    }
  }
  const used = new Set(frames.values()).size;
  return used === frames.size ? undefined : 'frames of the spec share one of the model';
}
