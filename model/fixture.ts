/** For tests: a machine of the bundled kernel's shape as an observation, and random operations. */
import fc from 'fast-check';
import type { Operation } from '../spec/operation.ts';
import type { Mapping, OwnershipSnapshot } from '../spec/ownership.ts';
import { PAGE_BYTES, pid, ppn, va } from '../spec/units.ts';
import {
  type AgentImage,
  adopt,
  beginSequence,
  defaultProfile,
  initialState,
  type ModelState,
  type Outcome,
  type Profile,
  step,
} from './index.ts';
import type { Env } from './work.ts';

const [RXU, RWU, RW] = [2 + 8 + 16, 2 + 4 + 16, 2 + 4];
/** text ×2, data ×2, bss, guard, stack: what exec makes of the agent. */
const FLAGS = [RXU, RXU, RWU, RWU, RWU, RW, RWU];

const STRINGS: Record<string, [va: number, text: string]> = {
  str_init: [0x2800, '/init'],
  str_missing: [0x2810, '/missing'],
  str_console: [0x2820, '/console'],
  str_f0: [0x2830, 'f0'],
  str_f1: [0x2838, 'f1'],
  str_d0: [0x2840, 'd0'],
  str_empty: [0x2848, ''],
};
const ARRAYS: Record<string, [va: number, pointers: number[]]> = {
  argv_none: [0x2900, []],
  argv_one: [0x2910, [0x2800]],
  argv_four: [0x2920, [0x2800, 0x2830, 0x2838, 0x2848]],
  argv_badptr: [0x2950, [0x7000_0000]],
};

/** The agent of tests: `ret` at 0x100, strings and argument arrays in the first data page. */
function testAgent(): AgentImage {
  const text = new Uint8Array(2 * PAGE_BYTES).fill(0x13);
  text.set([0x67, 0x80, 0, 0], 0x100);
  const data = new Uint8Array(2 * PAGE_BYTES).fill(0x5a);
  const view = new DataView(data.buffer);
  const symbols = new Map([
    ['text2', 0x1000],
    ['data0', 0x2000],
    ['data1', 0x3000],
    ['bss0', 0x4000],
    ['ret_insn', 0x100],
  ]);
  for (const [name, [at, string]] of Object.entries(STRINGS)) {
    data.set(new TextEncoder().encode(`${string}\0`), at - 0x2000);
    symbols.set(name, at);
  }
  for (const [name, [at, pointers]] of Object.entries(ARRAYS)) {
    for (const [i, pointer] of [...pointers, 0].entries()) {
      view.setBigUint64(at - 0x2000 + 8 * i, BigInt(pointer), true);
    }
    symbols.set(name, at);
  }
  return {
    segments: [
      { va: 0, bytes: text, memoryBytes: text.length },
      { va: 0x2000, bytes: data, memoryBytes: 3 * PAGE_BYTES },
    ],
    symbols,
    file: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1),
    files: { '/console': 'console' },
  };
}

/** The observation of that agent as init, alone on a machine with this many free pages. */
function bootedSnapshot(freePages: number): OwnershipSnapshot {
  const mappings: Mapping[] = FLAGS.map((flags, i) => ({
    va: va(i * PAGE_BYTES),
    ppn: ppn(0x80100 + i),
    flags,
    rsw: 0,
  }));
  return {
    firstPpn: ppn(0x80100),
    endPpn: ppn(0x80200 + freePages),
    processes: [
      {
        index: 0,
        pid: pid(1),
        parentPid: undefined,
        state: 'running',
        killed: false,
        sizeBytes: FLAGS.length * PAGE_BYTES,
        mappings,
        tables: [1, 2, 3, 4, 5].map((n) => ppn(0x80120 + n)),
        trapframe: ppn(0x80130),
        extra: [],
      },
    ],
    freelist: { length: freePages, problem: undefined, problemPage: undefined },
    pipes: [],
    classOf: () => 'free',
    isFree: () => true,
    ownersOf: () => [],
    refcount: () => undefined,
    conflicts: [],
  };
}

/** The model of that machine, init parked. */
export const booted = (freePages = 1000, profile: Partial<Profile> = {}): ModelState =>
  initialState(
    { ...defaultProfile, ...profile },
    bootedSnapshot(freePages),
    testAgent(),
    () => new Uint8Array(PAGE_BYTES),
  );

/** The model of that machine with slot 0 running. */
export const started = (freePages = 1000, profile: Partial<Profile> = {}): ModelState =>
  beginSequence(booted(freePages, profile))[0]!.state;

/** The state with everything that the kernel may choose resolved: no table kept, the stack plausible. */
export function settleChoices(state: ModelState, keepTables = false): ModelState {
  const adopted = adopt(state, {
    tablePages: (slot) => {
      const { pages, optionalTables } = state.processes[slot + 1]!;
      const needed = 1 + pages.level0.size + pages.level1.size;
      return needed + (keepTables ? optionalTables.length : 0);
    },
    readPage: (slot, at) => plausiblePage(state, slot, at),
  });
  if ('problem' in adopted) throw new Error(adopted.problem);
  return adopted.state;
}

/** A page as a kernel could have filled it: exec's arguments laid out as xv6 does. */
function plausiblePage(state: ModelState, slot: number, at: number): Uint8Array {
  const { pages } = state.processes[slot + 1]!;
  const leaves = pages.level0.get(0)!;
  const frame = Math.floor(leaves[at / PAGE_BYTES]! / 32);
  const content = state.frames.chunks[Math.floor(frame / 256)]!.contents[frame % 256]!;
  const bytes = content.bytes.slice();
  const argv = content.unknown.find((part) => part.argv)?.argv;
  if (!argv) return bytes;
  const view = new DataView(bytes.buffer);
  let sp = PAGE_BYTES;
  const pointers = argv.args.map((text) => {
    sp -= text.length + 1;
    sp -= sp % 16;
    bytes.set(text, sp);
    return sp;
  });
  sp -= 8 * (pointers.length + 1);
  sp -= sp % 16;
  for (const [i, pointer] of pointers.entries()) {
    view.setBigUint64(sp + 8 * i, BigInt(at + pointer), true);
  }
  return bytes;
}

/** The only outcome of an operation; throws when there are several or none. */
export function only(state: ModelState, operation: Operation, env?: Env): Outcome {
  const outcomes = step(state, operation, env);
  if (outcomes.length !== 1) throw new Error(`${operation.op}: ${outcomes.length} outcomes`);
  return outcomes[0]!;
}

/** Runs operations that have one outcome each. */
export const run = (state: ModelState, ...operations: Operation[]): ModelState =>
  operations.reduce((at, operation) => settleChoices(only(at, operation).state), state);

const address = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('data', 'data1', 'bss', 'stack', 'heap', 'data1-0x4') },
  { weight: 2, arbitrary: fc.constantFrom('text', 'guard', 'brk', 'brk-0x1', 'trapframe', '0x0') },
  { weight: 1, arbitrary: fc.constantFrom('maxva', 'maxva-0x1', 'kernel', '0xffffffffffffff00') },
);
const string = fc.constantFrom(...Object.keys(STRINGS), 'text', 'brk');
const argv = fc.constantFrom(...Object.keys(ARRAYS), 'text', 'brk');
const fd = fc.integer({ min: -1, max: 4 });
const length = fc.constantFrom(0, 1, 8, 100, 511, 600, 4095, 4097, -1);
const width = fc.constantFrom(1, 2, 4, 8) as fc.Arbitrary<1 | 2 | 4 | 8>;
const word = fc.constantFrom(4, 8) as fc.Arbitrary<4 | 8>;
const proc = fc.nat(3);

/** Any operation, the ones that copy-on-write is about more often. */
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ op: fc.constant('fork'), proc }) },
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant('store'),
      proc,
      va: address,
      width,
      value: fc.integer(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('load'), proc, va: address, width }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('exit'), proc, status: fc.integer() }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('wait'), proc, va: address }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('kill'),
      proc,
      target: fc.integer({ min: -1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('exec'), proc, path: string, argv }) },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('sbrk'),
      proc,
      bytes: fc.constantFrom(
        0,
        1,
        100,
        4096,
        9000,
        2 ** 21,
        2 ** 30,
        -1,
        -100,
        -4096,
        -9000,
        -40000,
      ),
      lazy: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('pipe'), proc, va: address }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('read'), proc, fd, va: address, length }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('write'), proc, fd, va: address, length }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('open'),
      proc,
      path: string,
      mode: fc.constantFrom(0, 1, 2, 0x202, 0x602),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('close'), proc, fd }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('dup'), proc, fd }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('fstat'), proc, fd, va: address }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('link'), proc, from: string, to: string }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('unlink'), proc, path: string }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('mkdir'), proc, path: string }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('chdir'), proc, path: string }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('sleep'), proc, ticks: fc.constantFrom(0, 1, -1) }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('uptime', 'getpid'), proc }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('pressure'), proc, freePages: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('type'),
      text: fc.constantFrom('ab\n', 'a', '\x04', 'x'.repeat(130)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('fetch'),
      proc,
      va: fc.constantFrom('ret_insn', 'data', 'maxva'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('fill'),
      proc,
      va: address,
      length: fc.nat(9000),
      value: fc.nat(255),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('amo'),
      proc,
      kind: fc.constantFrom('add', 'swap', 'or'),
      va: address,
      width: word,
      value: fc.integer(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('lrsc'),
      proc,
      va: address,
      width: word,
      value: fc.integer(),
    }),
  },
) as fc.Arbitrary<Operation>;
