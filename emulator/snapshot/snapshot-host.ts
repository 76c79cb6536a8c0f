/**
 * What snapshots, hashes and marks need of the machine's core.
 *
 * The machine's pages are numbered: RAM's first, then the disk's, both contiguous in memory from
 * `pagesOffset`. All other architectural state (registers, CSRs, reservations, WFI, time, the schedule's
 * position, the board's block) lies in one saved block that holds no TLB, no cached pointer and no host
 * budget. Bytes 0 to 255 of the memory are zero for ever.
 */
export interface SnapshotHost {
  readonly memory: WebAssembly.Memory;
  /** byte offset of page 0, a multiple of 4096 */
  readonly pagesOffset: number;
  /** number of RAM and disk pages */
  readonly pageCount: number;
  /** first page that may hold something already: the disk's; those before it are zero */
  readonly filledFrom: number;
  /** byte offset of the saved block, a multiple of 64 */
  readonly savedOffset: number;
  /** its size, a multiple of 256, at most 256 KiB */
  readonly savedBytes: number;
  /** the parts of the saved block that the state hash covers; offsets and sizes multiples of 64 */
  readonly hashed: readonly { offset: number; sizeBytes: number }[];
  /**
   * Byte offset of one byte per page. Bit 0 says that the page was written since the dirty list was
   * drained; a page without it is in no write TLB, so that its first store sets it.
   */
  readonly pageFlagsOffset: number;
  /** byte offset of the u32 numbers of the pages with that flag; room for every page */
  readonly dirtyListOffset: number;
  /** byte offset of the u32 length of the list */
  readonly dirtyCountOffset: number;
  /** first byte free for the arena: nothing else uses memory from here, except what it grows itself */
  readonly arenaOffset: number;
  /** Forgets every writable translation of the speed TLBs. Called after the list was drained. */
  dropWriteTranslations(): void;
  /**
   * The contents of these pages were replaced: drops decoded code, and what the speed TLBs derived from
   * page tables in them. `list` is a byte offset of `count` u32 page numbers, RAM's and the disk's.
   */
  pagesReplaced(list: number, count: number): void;
  /** The saved block was replaced: rederives what the core keeps beside it (TLBs, deadlines). */
  savedReplaced(): void;
}
