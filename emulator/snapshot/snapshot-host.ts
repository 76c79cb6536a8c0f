/**
 * What snapshots, hashes and marks need of the machine's core.
 *
 * The machine's pages are numbered: RAM's first, then the disk's, both contiguous in memory from
 * `pagesOffset`. All other architectural state (registers, CSRs, reservations, WFI, time, the schedule's
 * position, the board's block) lies in one state block that holds nothing else: no TLB, no cached
 * pointer, no host budget, so that equal states have equal bytes.
 */
export interface SnapshotHost {
  readonly memory: WebAssembly.Memory;
  /** byte offset of page 0, a multiple of 4096 */
  readonly pagesOffset: number;
  /** number of RAM and disk pages */
  readonly pageCount: number;
  /** byte offset of the architectural state block, a multiple of 256 */
  readonly stateOffset: number;
  /** its size, a multiple of 256, at most 1 MiB */
  readonly stateBytes: number;
  /**
   * Byte offset of one byte per page: non-zero when the page was written since it was last collected.
   * The core sets it on the first store that takes the slow path.
   */
  readonly dirtyFlagsOffset: number;
  /** byte offset of the u32 page numbers whose flag is set, in order of marking; room for every page */
  readonly dirtyListOffset: number;
  /** byte offset of the u32 length of that list */
  readonly dirtyCountOffset: number;
  /**
   * Forgets every writable translation of the speed TLBs, so that the next store to any page takes the
   * slow path and marks it. Called after the list was emptied.
   */
  dropWriteTranslations(): void;
  /**
   * The contents of these pages (of RAM or disk) were replaced from outside: drops decoded code and
   * whatever the speed TLBs derived from page tables in them. `list` is a byte offset of u32 numbers.
   */
  pagesReplaced(list: number, count: number): void;
  /** The state block was replaced: rederive what the core keeps beside it (TLBs, deadlines). */
  stateReplaced(): void;
  /** Brings the state block up to date before it is read. */
  flushState(): void;
}
