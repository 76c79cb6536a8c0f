/**
 * What the translator asks of the core, and what it gives back. The offsets themselves are in
 * `machine/layout.ts`.
 *
 * - **Speed TLB per context.** A context is (satp, privilege, SUM, MXR, effective privilege of loads
 *   and stores). Each hart keeps about 16 of them and the word `context` of its block points at the
 *   current one; read, write and fetch entries lie at constant offsets from it. A write of satp, a trap
 *   or an sret looks its context up and changes the pointer: nothing is flushed. Entries are 16 bytes,
 *   `{tag: i64 va page, host: i32 host address − va, …}`; an access hits when
 *   `tag == va & (~0xfff | size − 1)`.
 * - **Coherent by page flags.** The walker flags each physical page of page table it read (one byte a
 *   page), and takes it out of every write TLB. A store to a flagged page takes the slow path, empties
 *   the contexts that may have walked it and clears the flag. So in `coherent` mode `sfence.vma` does
 *   nothing to the speed TLB.
 * - **Fetch entries** `{tag, host: i32 first slot of the page, serial: i32}`: the serial names the
 *   content of a decoded page and is never given to another content, so one i64 comparison of
 *   (slot, serial) proves that a page still holds the code that was translated.
 * - **Slots** hold `fn: u16 or u32`, the table index of a region entered there, and a counter of how
 *   often the dispatcher entered there. `hot(hart, pc, slot)` is an imported host function called when
 *   the counter passes the threshold; it returns the table index, or 0.
 * - **Jump cache** per hart: `{pc: i64, fn: i32, generation: i32}`; each (re)filled context has a new
 *   generation, and every drop of decoded code gives all contexts a new one.
 * - **Region functions** have the signature `(hart: i32, left: i64) → i64`: they run at most `left`
 *   instructions, store pc and registers, and return how many are left. Returning `left` unchanged
 *   means that the next block did not fit: the interpreter runs up to the next jump.
 * - **Slow paths** return normally and set the word `event` of the hart block: 0 go on, 1 the access
 *   trapped (cause and tval pending; pc is stored by the region and is the faulting instruction), 2 the
 *   instruction is complete, but leave before the next one (interrupt to look at, context changed, code
 *   dropped, stop asked for). Before a slow path the region stores `left` (counted before this
 *   instruction) and pc in the hart block, so that time and callbacks are exact.
 */
export interface CoreNeeds {
  readonly memory: WebAssembly.Memory;
  /** Puts a region at `index` of the core's table and at its slot; it is entered when pc is `pc`. */
  setRegion(slot: number, index: number, pc: bigint): void;
  /** Decoded slot at `va` for this hart without side effects, or 0 when it cannot be fetched now. */
  peekSlot(hart: number, va: bigint): number;
}
