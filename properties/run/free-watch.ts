import type { Access } from '../../emulator/machine/api.ts';
import type { OwnershipSnapshot } from '../../spec/ownership.ts';
import type { SourceLine } from '../../spec/result.ts';
import type { Guest } from '../guest/api.ts';
import type { Observation } from '../observe/index.ts';

/** An access to a page of the free list by somebody who is not the allocator. */
export interface FreeAccess {
  kind: Access['kind'];
  ppn: number;
  where: SourceLine[];
}

/** Watches the pages of the free list for loads and stores; the allocator itself may touch them. */
export interface FreeWatch {
  /** Watches what is free now. Costs what changed since the last call. */
  sync(observed: Observation): void;
  /** Accesses since the last call. */
  take(): FreeAccess[];
  /** Tells of every store to one page too, free or not, until what it returns is called. */
  tellStores(ppn: number, onStore: (access: Access) => void): () => void;
}

const WATCHED = { load: true, store: true, walk: true };
const STORES = { store: true };
/** More than this of one step say nothing new. */
const MOST = 8;

export function createFreeWatch(guest: Guest): FreeWatch {
  const { watches } = guest.machine;
  /** touched since the last sync, and no longer watched */
  const touched = new Set<number>();
  let accesses: FreeAccess[] = [];
  let latest: Observation | undefined;
  let told: { ppn: number; onStore: (access: Access) => void } | undefined;

  watches.onAccess = (access) => {
    const ppn = Math.floor(access.pa / 4096);
    if (ppn === told?.ppn) {
      if (access.kind === 'store') told.onStore(access);
      if (latest?.isFree(ppn as never) !== true) return 'continue';
    }
    watches.set(ppn, ppn === told?.ppn ? STORES : {});
    touched.add(ppn);
    if (accesses.length < MOST && !byAllocator(guest, access)) {
      accesses.push({ kind: access.kind, ppn, where: guest.where(access.hart) });
    }
    return 'continue';
  };

  const set = (ppn: number, observed: OwnershipSnapshot): void => {
    const otherwise = ppn === told?.ppn ? STORES : {};
    watches.set(ppn, observed.isFree(ppn as never) ? WATCHED : otherwise);
  };

  return {
    sync(observed) {
      if (latest === undefined) {
        for (let ppn: number = observed.firstPpn; ppn < observed.endPpn; ppn++) set(ppn, observed);
      }
      latest = observed;
      for (const ppn of observed.changedPages) set(ppn, observed);
      for (const ppn of touched) set(ppn, observed);
      touched.clear();
    },
    take() {
      const taken = accesses;
      accesses = [];
      return taken;
    },
    tellStores(ppn, onStore) {
      const again = () => latest && set(ppn, latest);
      told = { ppn, onStore };
      again();
      return () => {
        told = undefined;
        again();
      };
    },
  };
}

/** Does the access come from kalloc or kfree, or from what they call? */
function byAllocator(
  { elf, layout, where }: Guest,
  { pc, kind, privilege, hart }: Access,
): boolean {
  if (kind === 'walk' || privilege === 0) return false;
  const { kalloc, kfree } = layout.functions;
  const inside = elf.symbolAt(Number(pc))?.symbol;
  if (inside !== undefined && (inside.address === kalloc || inside.address === kfree)) return true;
  const names = [kalloc, kfree].map((address) => address && elf.symbolAt(address)?.symbol.name);
  return where(hart).some((frame) => names.includes(frame.function));
}
