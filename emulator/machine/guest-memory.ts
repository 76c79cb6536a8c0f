import type { Snapshots } from '../snapshot/snapshots.ts';
import type { GuestMemory } from './api.ts';
import type { CoreExports } from './exports.ts';
import { type Layout, PAGE_SIZE, RAM_BASE } from './layout.ts';
import type { Views } from './views.ts';

/** RAM from outside. */
export function createGuestMemory(
  views: Views,
  layout: Layout,
  core: CoreExports,
  snapshots: Snapshots,
): GuestMemory {
  function offset(pa: number, sizeBytes: number): number {
    const at = pa - RAM_BASE;
    if (!(at >= 0 && at + sizeBytes <= layout.ramBytes)) {
      throw new RangeError(
        `memory: 0x${pa.toString(16)} and ${sizeBytes} bytes lie outside RAM ` +
          `(0x${RAM_BASE.toString(16)} to 0x${(RAM_BASE + layout.ramBytes).toString(16)})`,
      );
    }
    return at;
  }

  return {
    base: RAM_BASE,
    sizeBytes: layout.ramBytes,
    bytes: () => new Uint8Array(views.memory.buffer, layout.ram, layout.ramBytes),
    view: () => new DataView(views.memory.buffer, layout.ram, layout.ramBytes),
    readU64: (pa) => views.u64(layout.ram + offset(pa, 8)),
    readU32: (pa) => views.data.getUint32(layout.ram + offset(pa, 4), true),
    write(pa, bytes) {
      const at = offset(pa, bytes.length);
      if (bytes.length === 0) return;
      const last = Math.floor((at + bytes.length - 1) / PAGE_SIZE);
      for (let page = Math.floor(at / PAGE_SIZE); page <= last; page++) core.touchPage(page);
      views.bytes.set(bytes, layout.ram + at);
    },
    mark: () => snapshots.mark(),
    writtenSince(mark) {
      const ramPages = snapshots.writtenSince(mark).filter((page) => page < layout.ramPages);
      return ramPages.map((page) => page + RAM_BASE / PAGE_SIZE);
    },
  };
}
