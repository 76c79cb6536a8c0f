import type { Access, Privilege, Watches } from './api.ts';
import type { CoreExports } from './exports.ts';
import {
  CORE,
  HART,
  HART_BASE,
  HART_STRIDE,
  type Layout,
  PAGE_FLAG,
  PAGE_SIZE,
  RAM_BASE,
} from './layout.ts';
import { retiredNow } from './retired.ts';
import type { Views } from './views.ts';

const KINDS = ['load', 'store', 'fetch', 'walk'] as const;
const ALL = PAGE_FLAG.watchLoad | PAGE_FLAG.watchStore | PAGE_FLAG.watchFetch | PAGE_FLAG.watchWalk;

export interface WatchSet {
  readonly watches: Watches;
  /** The core asks: 1 to stop before the instruction. Kind is the core's number. */
  hit(h: number, kind: number, va: bigint, pa: number, sizeBytes: number): 0 | 1;
  /** A device accesses a page: is it watched, and does the watcher want to stop? */
  dma(h: number, pa: number, sizeBytes: number, write: boolean): boolean;
  /** the access that stopped the run */
  readonly stopped: Access | undefined;
}

export function createWatchSet(
  views: Views,
  layout: Layout,
  core: CoreExports,
  eager: boolean,
): WatchSet {
  const watched = new Set<number>();
  let stopped: Access | undefined;

  function setFlags(page: number, flags: number): void {
    const at = layout.pageFlags + page;
    views.bytes[at] = (views.bytes[at]! & ~ALL) | flags;
  }

  const watches: Watches = {
    onAccess: undefined,
    set(ppn, flags) {
      const page = ppn - RAM_BASE / PAGE_SIZE;
      if (!(page >= 0 && page < layout.ramPages)) {
        throw new RangeError(`watch: page 0x${ppn.toString(16)} is not RAM`);
      }
      const bits =
        (flags.load ? PAGE_FLAG.watchLoad : 0) |
        (flags.store ? PAGE_FLAG.watchStore : 0) |
        (flags.fetch ? PAGE_FLAG.watchFetch : 0) |
        (flags.walk ? PAGE_FLAG.watchWalk : 0);
      const before = views.bytes[layout.pageFlags + page]! & ALL;
      if (before === bits) return;
      const walks =
        Number((bits & PAGE_FLAG.watchWalk) !== 0) - Number((before & PAGE_FLAG.watchWalk) !== 0);
      views.setU32(CORE.walkWatches, views.u32(CORE.walkWatches) + walks);
      if (bits === 0) watched.delete(page);
      else watched.add(page);
      setFlags(page, bits);
      // cached translations would go past a new watch; past one that went they only are missing
      if ((bits & ~before) !== 0) core.forgetPage(page);
      // in eager mode accesses walk from now on
      if (walks > 0 && eager) core.flushAll();
    },
    clear() {
      for (const page of watched) setFlags(page, 0);
      watched.clear();
      views.setU32(CORE.walkWatches, 0);
    },
  };

  function report(access: Access): boolean {
    const answer = watches.onAccess ? watches.onAccess(access) : 'stop';
    if (answer === 'stop') stopped = access;
    return answer === 'stop';
  }

  function access(
    h: number,
    kind: Access['kind'],
    va: bigint,
    pa: number,
    sizeBytes: number,
  ): Access {
    return {
      hart: (h - HART_BASE) / HART_STRIDE,
      pc: views.u64(h + HART.pc),
      privilege: views.u32(h + HART.privilege) as Privilege,
      satp: views.u64(h + HART.satp),
      kind,
      va: BigInt.asUintN(64, va),
      pa,
      sizeBytes,
      at: retiredNow(views, core),
    };
  }

  return {
    watches,
    hit: (h, kind, va, pa, sizeBytes) =>
      report(access(h, KINDS[kind]!, va, pa >>> 0, sizeBytes)) ? 1 : 0,
    dma(h, pa, sizeBytes, write) {
      const first = Math.floor((pa - RAM_BASE) / PAGE_SIZE);
      const last = Math.floor((pa + sizeBytes - 1 - RAM_BASE) / PAGE_SIZE);
      const flag = write ? PAGE_FLAG.watchStore : PAGE_FLAG.watchLoad;
      for (let page = first; page <= last; page++) {
        if ((views.bytes[layout.pageFlags + page]! & flag) === 0) continue;
        return report(access(h, 'dma', BigInt(pa), pa, sizeBytes));
      }
      return false;
    },
    get stopped() {
      return stopped;
    },
  };
}
