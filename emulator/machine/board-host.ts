import { type BoardHost, MIP_SSIP } from '../board/bus.ts';
import type { CoreExports } from './exports.ts';
import {
  CORE,
  DEVICES_BASE,
  GLOBAL,
  HART,
  HOT,
  hartAddress,
  type Layout,
  PAGE_SIZE,
  RAM_BASE,
  STOP,
} from './layout.ts';
import type { Views } from './views.ts';
import type { WatchSet } from './watch-set.ts';

/** What stopped the run from the host's side. */
export interface HostStop {
  exitCode: number | undefined;
}

/** What the board asks of the machine. */
export function createBoardHost(
  views: Views,
  layout: Layout,
  core: CoreExports,
  watchSet: WatchSet,
  settings: { virtioVersion: 1 | 2; onConsole: (byte: number) => void; stop: HostStop },
): BoardHost {
  /** Ends the run after the instruction that is being executed. */
  function stopAfter(code: number): void {
    const running = views.u32(CORE.running);
    views.setU32(CORE.stop, code);
    views.setU32(CORE.stopHart, running);
    views.setU32(running + HOT.event, views.u32(running + HOT.event) | 2);
  }

  /** A deadline changed: the running chunk may be too long now. */
  function endChunk(): void {
    const running = views.u32(CORE.running);
    views.setU32(running + HOT.endChunk, 1);
    views.setU32(running + HOT.event, views.u32(running + HOT.event) | 2);
  }

  function touch(firstByte: number, sizeBytes: number): void {
    const last = Math.floor((firstByte + sizeBytes - 1) / PAGE_SIZE);
    for (let page = Math.floor(firstByte / PAGE_SIZE); page <= last; page++) core.touchPage(page);
  }

  return {
    memory: views.memory,
    stateOffset: DEVICES_BASE,
    ramOffset: layout.ram,
    ramBytes: layout.ramBytes,
    diskOffset: layout.disk,
    diskBytes: layout.diskBytes,
    harts: layout.harts,
    virtioVersion: settings.virtioVersion,

    setInterrupt(hart, bit, level) {
      const h = hartAddress(hart);
      if (bit !== MIP_SSIP) {
        core.setLines(h, 1n << BigInt(bit), level ? -1n : 0n);
        return;
      }
      // SSIP is a bit that software may write too: the device only sets or clears it
      const soft = views.u32(h + HART.mipSoft);
      const mask = 1 << MIP_SSIP;
      views.setU32(h + HART.mipSoft, level ? soft | mask : soft & ~mask);
      views.setU32(h + HOT.irqCheck, 1);
      views.setU32(h + HOT.event, views.u32(h + HOT.event) | 2);
    },
    mtime: () => BigInt.asUintN(64, core.mtime()),
    setMtime(ticks) {
      const change = ticks - core.mtime();
      const at = views.u32(GLOBAL.frozen) !== 0 ? GLOBAL.frozenTime : GLOBAL.mtimeOffset;
      views.setU64(at, views.u64(at) + change);
      for (let hart = 0; hart < layout.harts; hart++) core.updateTimers(hartAddress(hart));
      endChunk();
    },
    mtimecmp: (hart) => views.u64(hartAddress(hart) + HART.mtimecmp),
    setMtimecmp(hart, ticks) {
      views.setU64(hartAddress(hart) + HART.mtimecmp, ticks);
      core.updateTimers(hartAddress(hart));
      endChunk();
    },
    dma(pa, sizeBytes, write) {
      if (watchSet.dma(views.u32(CORE.running), pa, sizeBytes, write)) stopAfter(STOP.watch);
      if (write) touch(pa - RAM_BASE, sizeBytes);
    },
    diskWrite(offset, sizeBytes) {
      touch(layout.ramBytes + offset, sizeBytes);
    },
    console: settings.onConsole,
    exit(code) {
      settings.stop.exitCode = code;
      stopAfter(STOP.host);
    },
  };
}
