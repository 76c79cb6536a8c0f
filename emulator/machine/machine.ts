import { createBoard } from '../board/board.ts';
import { deviceTree, deviceTreeAddress } from '../board/device-tree.ts';
import { createTranslator } from '../riscv/translator/translator.ts';
import { createSnapshots } from '../snapshot/snapshots.ts';
import { runFloat } from '../softfloat/operations.ts';
import type { Hart, Machine, MachineOptions, Stop } from './api.ts';
import { createBoardHost, type HostStop } from './board-host.ts';
import { createBreakpoints } from './breakpoints.ts';
import { buildCore } from './core/build.ts';
import { createDecodedPages } from './decoded-pages.ts';
import type { CoreExports } from './exports.ts';
import { createGuestMemory } from './guest-memory.ts';
import { createHart } from './hart.ts';
import {
  CORE,
  GLOBAL,
  HART,
  HART_BASE,
  HART_STRIDE,
  HOT,
  hartAddress,
  type Layout,
  layoutFor,
  STOP,
} from './layout.ts';
import { completeOptions } from './options.ts';
import { createPageWalker } from './page-walker.ts';
import { resetMachine } from './reset.ts';
import { retiredNow } from './retired.ts';
import { snapshotHost } from './snapshot-seam.ts';
import { Views } from './views.ts';
import { createWatchSet, type WatchSet } from './watch-set.ts';

const WASM_PAGE = 65_536;
/** The most that one call may run: clocks stay exact in a double. */
const LONGEST_RUN = 2 ** 52;

const modules = new Map<string, WebAssembly.Module>();

/** The core for a layout; compiled once in a process. */
function coreModule(layout: Layout, tlb: Machine['options']['tlb']): WebAssembly.Module {
  const key = JSON.stringify([layout, tlb]);
  let found = modules.get(key);
  if (!found) {
    found = new WebAssembly.Module(buildCore(layout, tlb));
    modules.set(key, found);
  }
  return found;
}

/**
 * A machine with its disk inserted and nothing in RAM.
 * @throws RangeError for options that no machine can have
 */
export function createMachine(machineOptions: MachineOptions = {}): Machine {
  const options = completeOptions(machineOptions);
  const disk = machineOptions.disk ?? new Uint8Array();
  const strict = options.tlb === 'strict';
  const layout = layoutFor(options.harts, options.memoryBytes, disk.length, strict);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.arena / WASM_PAGE) });
  const views = new Views(memory);
  views.bytes.set(disk, layout.disk);

  const stop: HostStop = { exitCode: undefined };
  let core: CoreExports;
  let watchSet: WatchSet;
  const decoded = createDecodedPages(views, layout, (page) => core.dropCode(page));

  function refused(): void {
    views.setU32(CORE.refused, 1);
  }
  const host: WebAssembly.ModuleImports = {
    memory,
    mmioLoad(_h: number, pa: number, size: number): bigint {
      const value = board.load(pa >>> 0, size);
      if (value === undefined) refused();
      return value ?? 0n;
    },
    mmioStore(_h: number, pa: number, size: number, value: bigint): void {
      if (!board.store(pa >>> 0, size, BigInt.asUintN(size * 8, value))) refused();
    },
    decodePage: decoded.page,
    decodeSlot: decoded.slot,
    watch(h: number, kind: number, va: bigint, pa: number, size: number): number {
      const answer = watchSet.hit(h, kind, va, pa, size);
      if (answer === 1) {
        views.setU32(CORE.stop, STOP.watch);
        views.setU32(CORE.stopHart, h);
      }
      return answer;
    },
    translate: (h: number, pc: bigint, slot: number): number => translator.translate(h, pc, slot),
    float(h: number, operation: number, rm: number, a: bigint, b: bigint, c: bigint): bigint {
      const unsigned = [a, b, c].map((bits) => BigInt.asUintN(64, bits)) as [
        bigint,
        bigint,
        bigint,
      ];
      const { bits, flags } = runFloat(operation, rm, ...unsigned);
      views.setU32(h + HART.fcsr, views.u32(h + HART.fcsr) | flags);
      return bits;
    },
  };
  const instance = new WebAssembly.Instance(coreModule(layout, options.tlb), { host });
  core = instance.exports as unknown as CoreExports;
  const translator = createTranslator({
    memory,
    table: core.table,
    imports: { memory, ...instance.exports } as WebAssembly.ModuleImports,
    mostRegions: options.translatedRegions,
    newGenerations: () => core.newGenerations(),
  });

  watchSet = createWatchSet(views, layout, core, options.tlb === 'eager');
  const board = createBoard(
    createBoardHost(views, layout, core, watchSet, {
      virtioVersion: options.virtioVersion,
      onConsole: machineOptions.onConsole ?? (() => {}),
      stop,
    }),
  );
  board.reset();
  resetMachine(views, layout, options, core);
  const snapshots = createSnapshots(snapshotHost(views, layout, strict, core));
  const guestMemory = createGuestMemory(views, layout, core, snapshots);
  const walker = createPageWalker(views, layout, strict);
  const harts: readonly Hart[] = Array.from({ length: options.harts }, (_, index) =>
    createHart(index, views, core, walker),
  );
  const breakpoints = createBreakpoints(views, (address) => {
    const pageOffset = Number(address & 0xffen);
    decoded.redecode(pageOffset);
    translator.forget(pageOffset);
    core.newGenerations();
  });

  const clock = (): number => Number(views.u64(GLOBAL.clock));
  const hartOf = (address: number): Hart => harts[(address - HART_BASE) / HART_STRIDE]!;
  const stoppedHart = (): Hart => hartOf(views.u32(CORE.stopHart));

  /** The next instruction of the hart runs without reporting what was reported. */
  function passOver(hart: Hart): void {
    views.setU64(hartAddress(hart.index) + HART.resumePc, hart.pc);
  }

  /** Asks the breakpoints here; undefined to go on. */
  function atBreakpoint(): Stop | undefined {
    const hart = stoppedHart();
    const { pc, index } = hart;
    let wanted: Stop | undefined;
    for (const { id, breakpoint } of breakpoints.at(pc, hart.privilege)) {
      const answer = breakpoint.onHit ? breakpoint.onHit(hart) : 'stop';
      if (answer === 'stop') wanted ??= { kind: 'breakpoint', hart: index, id, pc };
    }
    if (hart.pc === pc) passOver(hart);
    return wanted;
  }

  function atTrap(): Stop {
    const hart = stoppedHart();
    const h = hartAddress(hart.index);
    const level = hart.privilege === 3 ? HART.mepc : HART.sepc;
    return {
      kind: 'trap',
      hart: hart.index,
      cause: views.u64(h + HOT.cause),
      tval: views.u64(h + HOT.tval),
      epc: views.u64(h + level),
    };
  }

  function atWatch(): Stop {
    const access = watchSet.stopped!;
    if (access.kind !== 'dma') passOver(harts[access.hart]!);
    return { kind: 'watch', access };
  }

  function outcome(code: number): Stop | undefined {
    switch (code) {
      case STOP.breakpoint:
        return atBreakpoint();
      case STOP.watch:
        return atWatch();
      case STOP.trap:
        return atTrap();
      case STOP.idle:
        return { kind: 'idle' };
      case STOP.host:
        return { kind: 'exit', code: stop.exitCode ?? 0 };
      default:
        return { kind: 'budget' };
    }
  }

  return {
    options,
    harts,
    memory: guestMemory,
    watches: watchSet.watches,
    get retired() {
      return retiredNow(views, core);
    },

    load(program) {
      for (const { physicalAddress, bytes, memorySizeBytes } of program.segments) {
        const zeros = new Uint8Array(Math.max(0, memorySizeBytes - bytes.length));
        guestMemory.write(physicalAddress, bytes);
        guestMemory.write(physicalAddress + bytes.length, zeros);
      }
      const blob = deviceTree({ harts: options.harts, memoryBytes: options.memoryBytes });
      const at = deviceTreeAddress(options.memoryBytes, blob.length);
      guestMemory.write(at, blob);
      for (const hart of harts) {
        hart.pc = BigInt(program.entry);
        hart.setX(10, BigInt(hart.index));
        hart.setX(11, BigInt(at));
      }
    },

    run(maxInsns) {
      const end = clock() + Math.min(Math.max(0, Math.floor(maxInsns)), LONGEST_RUN);
      for (;;) {
        const code = core.run(BigInt(end - clock()));
        const stopped = outcome(code);
        if (stopped) return stopped;
      }
    },

    addBreakpoint: (breakpoint) => breakpoints.add(breakpoint),
    removeBreakpoint: (id) => breakpoints.remove(id),
    stopAtTraps(which) {
      views.setU32(CORE.trapStop, { none: 0, exceptions: 1, all: 2 }[which]);
    },

    freezeTime(frozen) {
      const was = views.u32(GLOBAL.frozen) !== 0;
      if (was === frozen) return;
      const now = core.mtime();
      if (frozen) views.setU64(GLOBAL.frozenTime, now);
      views.setU32(GLOBAL.frozen, frozen ? 1 : 0);
      if (!frozen) {
        views.setU64(GLOBAL.mtimeOffset, views.u64(GLOBAL.mtimeOffset) + now - core.mtime());
      }
    },
    get mtime() {
      return BigInt.asUintN(64, core.mtime());
    },
    advanceTime(ticks) {
      const at = views.u32(GLOBAL.frozen) !== 0 ? GLOBAL.frozenTime : GLOBAL.mtimeOffset;
      views.setU64(at, views.u64(at) + ticks);
    },
    fireTimer(index) {
      const h = hartAddress(harts[index]!.index);
      const now = BigInt.asUintN(64, core.mtime());
      const sstc = views.u64(h + HART.menvcfg) >> 63n === 1n;
      const armed = [HART.mtimecmp, ...(sstc ? [HART.stimecmp] : [])].filter((field) => {
        const compare = views.u64(h + field);
        return compare > now && compare !== 2n ** 64n - 1n;
      });
      armed.sort((a, b) => (views.u64(h + a) < views.u64(h + b) ? -1 : 1));
      if (armed[0] === undefined) return false;
      views.setU64(h + armed[0], now);
      return true;
    },

    type: (text) => board.type(typeof text === 'string' ? new TextEncoder().encode(text) : text),
    disk:
      disk.length === 0
        ? undefined
        : { bytes: () => new Uint8Array(memory.buffer, layout.disk, layout.diskBytes) },

    get diskDriver() {
      return board.diskDriver();
    },

    snapshot: () => snapshots.take(Number(views.u64(GLOBAL.retired))),
    restore: (snapshot) => snapshots.restore(snapshot),
    release: (snapshot) => snapshots.release(snapshot),
    hash: () => snapshots.hash(),
    save: (snapshot) => snapshots.save(snapshot, header()),
    loadSnapshot: (file) => snapshots.load(file, header()),
    dispose() {},
  };

  /** What a snapshot's file says of its machine. */
  function header(): Record<string, number | string> {
    const { harts: count, memoryBytes, virtioVersion, tlb } = options;
    return { harts: count, memoryBytes, diskBytes: disk.length, virtioVersion, tlb };
  }
}
