import type { SnapshotHost } from '../snapshot-host.ts';

/** A machine without harts: pages and a saved block, with stores that keep the dirty list. */
export interface TestHost extends SnapshotHost {
  /** Bytes of page 0 on. */
  pages(): Uint8Array;
  saved(): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** pages reported by the last restore */
  replaced: number[];
  dropped: number;
}

export function testHost(pageCount: number, savedBytes: number): TestHost {
  const savedOffset = 4096;
  const pageFlagsOffset = 65_536;
  const dirtyListOffset = 2 * 65_536;
  const dirtyCountOffset = 512;
  const pagesOffset = 4 * 65_536;
  const arenaOffset = pagesOffset + pageCount * 4096;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(arenaOffset / 65_536) });
  const host: TestHost = {
    memory,
    pagesOffset,
    pageCount,
    filledFrom: pageCount,
    savedOffset,
    savedBytes,
    hashed: [{ offset: savedOffset, sizeBytes: savedBytes - 64 }],
    pageFlagsOffset,
    dirtyListOffset,
    dirtyCountOffset,
    arenaOffset,
    replaced: [],
    dropped: 0,
    dropWriteTranslations() {
      host.dropped++;
    },
    pagesReplaced(list, count) {
      host.replaced = [...new Uint32Array(memory.buffer, list, count)];
    },
    savedReplaced() {},
    pages: () => new Uint8Array(memory.buffer, pagesOffset, pageCount * 4096),
    saved: () => new Uint8Array(memory.buffer, savedOffset, savedBytes),
    write(offset, bytes) {
      host.pages().set(bytes, offset);
      const view = new DataView(memory.buffer);
      for (let page = offset >> 12; page << 12 < offset + bytes.length; page++) {
        if (view.getUint8(pageFlagsOffset + page) & 1) continue;
        view.setUint8(pageFlagsOffset + page, 0x41);
        const count = view.getUint32(dirtyCountOffset, true);
        view.setUint32(dirtyListOffset + 4 * count, page, true);
        view.setUint32(dirtyCountOffset, count + 1, true);
      }
    },
  };
  return host;
}
