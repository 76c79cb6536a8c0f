import { parseElf, readDebugInfo } from '../../emulator/elf/index.ts';
import { createMachine } from '../../emulator/index.ts';
import type { Hart, Machine, Stop } from '../../emulator/machine/api.ts';
import { bootDisk, LOOPING_INSNS } from '../../emulator/machine/boot-disk.ts';
import { FsError } from '../../kernel/image/fs-error.ts';
import { replaceFile } from '../../kernel/image/replace-file.ts';
import { inspectKernel } from '../observe/index.ts';
import { syscall } from '../ops/helpers.ts';
import { type AgentProgram, readAgent, withWritableText } from './agent-program.ts';
import { hookAllocator } from './allocator-hooks.ts';
import type { BootOptions, Guest } from './api.ts';
import { Driver } from './driver.ts';
import { GuestError } from './guest-error.ts';
import { kernelFrames } from './kernel-frames.ts';
import { processTable } from './process-table.ts';

const A0 = 10;
const PAGE = 4096;
const MIB = 1 << 20;
const BOOT_BUDGET_INSNS = 3_000_000_000;
const CONSOLE_LIMIT = 64 * 1024;
const INIT = -1;
const INIT_PID = 1;

/**
 * Boots a kernel with the agent in place of `/init` and stops at its first instruction. Throws
 * GuestError or ElfError, one sentence each, when the kernel or the image cannot be used.
 */
export function bootGuest(options: BootOptions): Guest {
  const elf = parseElf(options.kernel);
  const debug = readDebugInfo(elf);
  const agent = readAgent(options.writableText ? withWritableText(options.agent) : options.agent);
  const layout = inspectKernel(
    elf,
    debug,
    options.refcount === undefined ? {} : { refcount: options.refcount },
  );
  const disk = imageWithAgent(options.image, agent.elf);
  const where = (hart: number) => kernelFrames(machine, elf, debug, hart);
  let console = consoleBuffer();
  let park = 0;
  let panics = new Set<number>();
  const machine = bootDisk((virtioVersion) => {
    console = consoleBuffer();
    const fresh = createMachine({
      harts: options.harts ?? 1,
      memoryBytes: options.memoryBytes ?? 128 * MIB,
      tlb: options.tlb ?? 'strict',
      ...(options.tier && { tier: options.tier }),
      disk,
      virtioVersion,
      onConsole: console.push,
    });
    fresh.load(elf);
    park = fresh.addBreakpoint({ address: agent.address('park'), privilege: 0 });
    const { panic } = layout.functions;
    panics = new Set(panic === undefined ? [] : [fresh.addBreakpoint({ address: BigInt(panic) })]);
    return fresh;
  });
  const budget = options.bootBudgetInsns ?? BOOT_BUDGET_INSNS;
  const isAgent = (hart: Hart): boolean => runsAgent(machine, hart, agent);
  reachPark({ machine, park, panic: layout.functions.panic, budget, isAgent }, console.text);
  machine.freezeTime(true);

  const hooks = hookAllocator(machine, layout.functions, where);
  const table = processTable(layout.proc, machine.memory);
  const initIndex = table.find(INIT_PID);
  if (initIndex === undefined) throw new GuestError(withoutInit(debug !== undefined));
  const driver = new Driver({
    machine,
    table,
    hooks,
    initIndex,
    parkBreakpoint: park,
    panicBreakpoints: panics,
    stub: agent.address,
    panicMessage: (hart) => readText(machine, hart),
    takePrinted: () => console.take(),
    where,
  });

  return {
    machine,
    elf,
    debug,
    layout,
    agent,
    table,
    initIndex,
    console: console.text,
    get slots() {
      return driver.processes;
    },
    get failIn() {
      return hooks.failIn;
    },
    perform: (slot, injection, how) => driver.perform(slot, injection, how),
    performAsInit: (injection, budgetInsns, settles = true) =>
      driver.perform(INIT, injection, { budgetInsns, settles }),
    forkFromInit: (budgetInsns) =>
      driver.perform(INIT, syscall('fork'), { budgetInsns, forks: true }),
    failAllocation(nth) {
      hooks.failIn = nth;
    },
    traceAllocator(onEvent) {
      hooks.onEvent = onEvent;
    },
    where,
    snapshot: () => ({ machine: machine.snapshot(), driver: driver.state() }),
    restore(point) {
      machine.restore(point.machine);
      driver.setState(point.driver);
    },
    release: (point) => machine.release(point.machine),
    dispose: () => machine.dispose(),
  };
}

/** /init runs, and the process table does not say so. */
const withoutInit = (typed: boolean): string =>
  typed
    ? 'the kernel runs /init without a pid of 1'
    : 'struct proc is not laid out as in any xv6-riscv known here, which had to be assumed without debug ' +
      'information; build the kernel with -ggdb';

function imageWithAgent(image: Uint8Array, agent: Uint8Array): Uint8Array {
  try {
    return replaceFile(image, '/init', agent);
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    throw new GuestError(`the file-system image cannot take the agent as /init: ${error.message}`);
  }
}

interface Boot {
  machine: Machine;
  /** breakpoint on the agent's first instruction */
  park: number;
  panic: number | undefined;
  /** retired instructions */
  budget: number;
  isAgent: (hart: Hart) => boolean;
}

/** Is it the agent's code that the hart stands in, and not another program at the same address? */
function runsAgent({ memory }: Machine, hart: Hart, agent: AgentProgram): boolean {
  const pa = hart.translate(hart.pc, 'fetch');
  const text = agent.segments.find(({ va }) => BigInt(va) === hart.pc);
  if (pa === undefined || text === undefined) return false;
  const length = Math.min(text.bytes.length, PAGE - (pa % PAGE));
  const here = memory.bytes().subarray(pa - memory.base, pa - memory.base + length);
  return Buffer.compare(here, text.bytes.subarray(0, length)) === 0;
}

/** Runs the boot. Anything but the agent's first instruction is a sentence for the user. */
function reachPark({ machine, park, panic, budget, isAgent }: Boot, printed: () => string): void {
  const panicking = (): Hart | undefined =>
    machine.harts.find((hart) => panic !== undefined && hart.pc === BigInt(panic));
  const end = machine.retired + budget;
  let stop = panicking() ? undefined : runAlive(machine, end);
  while (stop?.kind === 'breakpoint' && stop.id === park) {
    if (isAgent(machine.harts[stop.hart]!)) return;
    // the kernel's own first program, which only executes /init, has an instruction there too
    stop = runAlive(machine, end);
  }
  const hart = panicking();
  if (stop === undefined || hart !== undefined) {
    throw new GuestError(`the kernel panics at boot: ${hart ? readText(machine, hart) : '?'}`);
  }
  const last = printed().trim().split('\n').at(-1) ?? '';
  const said = last === '' ? 'it printed nothing' : `the last thing it printed was "${last}"`;
  const happened = {
    budget: `did not reach user mode in ${machine.retired} instructions`,
    idle: 'stopped at boot: every hart waits and nothing can wake it',
    exit: 'ended the machine at boot',
    breakpoint: 'stopped at boot',
    watch: 'stopped at boot',
    trap: 'stopped at boot',
  }[stop.kind];
  throw new GuestError(`the kernel ${happened}; ${said}`);
}

/** Runs until something happens, until `end` (retired instructions), or until nothing is written any more. */
function runAlive(machine: Machine, end: number): Stop {
  for (;;) {
    const mark = machine.memory.mark();
    const left = Math.max(1, end - machine.retired);
    const stop = machine.run(Math.min(LOOPING_INSNS, left));
    const isOver = left <= LOOPING_INSNS || machine.memory.writtenSince(mark).length === 0;
    if (stop.kind !== 'budget' || isOver) return stop;
  }
}

/** The C string that a0 points to: what panic is called with. */
function readText(machine: Machine, hart: Hart): string {
  let text = '';
  for (let at = hart.x(A0); text.length < 120; at++) {
    const pa = hart.translate(at, 'load');
    const byte = pa === undefined ? 0 : machine.memory.bytes()[pa - machine.memory.base];
    if (!byte) break;
    text += String.fromCharCode(byte);
  }
  return text;
}

interface ConsoleBuffer {
  push: (byte: number) => void;
  /** the last of what was printed since boot */
  text: () => string;
  /** what was printed since this was asked last, or the last of it */
  take: () => Uint8Array;
}

function consoleBuffer(): ConsoleBuffer {
  let bytes: number[] = [];
  let fresh = 0;
  return {
    push(byte) {
      bytes.push(byte);
      fresh++;
      if (bytes.length > 2 * CONSOLE_LIMIT) bytes = bytes.slice(-CONSOLE_LIMIT);
    },
    take() {
      const taken = fresh === 0 ? [] : bytes.slice(-fresh);
      fresh = 0;
      return Uint8Array.from(taken);
    },
    text: () => String.fromCharCode(...bytes.slice(-CONSOLE_LIMIT)),
  };
}
