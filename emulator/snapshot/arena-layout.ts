/**
 * Where snapshots keep their books in the machine's memory: tables with a row per page, then slabs.
 *
 * A snapshot is the root of a persistent radix-16 tree whose leaves are chunks of 256 bytes. Every node
 * is 16 u32 addresses; a node of level 0 is one page: its 16 chunks. Equal parts are shared by
 * reference count. Address 0 is an all-zero chunk and an all-zero subtree at once, because the memory
 * starts with zeros.
 */

export const CHUNK_BYTES = 256;
export const NODE_BYTES = 64;
export const PAGE_BYTES = 4096;
/**
 * Slabs of 64 KiB hold nodes or chunks; the reference counts come first, so that a count's address
 * follows from the object's.
 */
export const SLAB_BYTES = 65_536;
export const NODE_SLAB_HEADER = (SLAB_BYTES / NODE_BYTES) * 4;
export const CHUNK_SLAB_HEADER = (SLAB_BYTES / CHUNK_BYTES) * 4;

/** Bits of a page's own byte. */
export const OWN = {
  /** may differ from the tree of the last snapshot or restore */
  changed: 1,
  /** its hash must be computed again */
  stale: 2,
  /** already rewritten by the restore under way */
  restored: 4,
} as const;

/** Words at the start of the arena, byte offsets from it. */
export const WORD = {
  root: 0,
  nodeFree: 4,
  nodeNext: 8,
  nodeEnd: 12,
  chunkFree: 16,
  chunkNext: 20,
  chunkEnd: 24,
  changedCount: 28,
  staleCount: 32,
  replacedCount: 36,
  epoch: 40,
  nodesUsed: 44,
  chunksUsed: 48,
  /** i64: sum of the page hashes */
  hashSum: 56,
  /** 256 × u32: the chunk filled with each byte, 0 until it occurs */
  fills: 64,
} as const;
const WORDS_END = WORD.fills + 256 * 4;

export interface ArenaLayout {
  readonly base: number;
  /** levels above the page nodes */
  readonly levels: number;
  /** pages in the tree: the machine's, then the saved block's */
  readonly treePages: number;
  /** doubly linked list of pages by the epoch of their last change, newest first; u32 each */
  readonly next: number;
  readonly previous: number;
  readonly epochs: number;
  readonly changedList: number;
  readonly staleList: number;
  readonly replacedList: number;
  /** i64 each */
  readonly pageHashes: number;
  /** u8 each */
  readonly own: number;
  /** first byte after the tables, a multiple of the slab size */
  readonly end: number;
}

export function arenaLayout(
  arenaOffset: number,
  pageCount: number,
  savedBytes: number,
): ArenaLayout {
  const base = Math.ceil(arenaOffset / 64) * 64;
  const treePages = pageCount + Math.ceil(savedBytes / PAGE_BYTES);
  let levels = 1;
  while (16 ** levels < treePages) levels++;
  let at = base + WORDS_END;
  const table = (bytesEach: number, rows = pageCount + 1): number => {
    const start = Math.ceil(at / 64) * 64;
    at = start + bytesEach * rows;
    return start;
  };
  return {
    base,
    levels,
    treePages,
    // the list's head is one row more
    next: table(4),
    previous: table(4),
    epochs: table(4),
    changedList: table(4),
    staleList: table(4),
    replacedList: table(4),
    pageHashes: table(8),
    own: table(1),
    end: Math.ceil(at / SLAB_BYTES) * SLAB_BYTES,
  };
}
