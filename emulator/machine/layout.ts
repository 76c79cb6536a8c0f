/**
 * Where everything lives in the machine's one WebAssembly memory.
 *
 * ```
 * 0x0000  zero page: never read or written on purpose
 * 0x1000  SAVED: globals · devices · hart blocks (· strict TLBs)   copied by every snapshot
 *         TRANSIENT: globals · hart blocks                         rebuilt after a restore
 *         TLB contexts and jump caches, per hart                   rebuilt after a restore
 *         page tables of the host: flags, code index, dirty list
 *         decoded pages
 *         RAM, then disk (4 KiB pages, one numbering: disk follows RAM)
 *         arena: snapshots, grows at the end
 * ```
 * The hart pointer `h` is a parameter of all generated code. Fields of `HART` (saved) and of `HOT`
 * (transient) are both at constant offsets from it.
 */

export const PAGE_SIZE = 4096;
export const RAM_BASE = 0x8000_0000;
export const MAX_HARTS = 8;

/** Base of the saved block. */
export const SAVED_BASE = 0x1000;

/** Saved globals: absolute addresses. All of this block is architectural (hashed). */
export const GLOBAL = {
  /** i64: instructions of time gone by: retired ones of all harts, and skipped WFI time */
  clock: SAVED_BASE + 0,
  /** i64: retired instructions of all harts */
  retired: SAVED_BASE + 8,
  /** i64: mtime = clock / insnsPerTick + mtimeOffset, unless frozen */
  mtimeOffset: SAVED_BASE + 16,
  /** i64: mtime while frozen */
  frozenTime: SAVED_BASE + 24,
  /** i32: 1 while time is frozen */
  frozen: SAVED_BASE + 32,
  /** i32: the hart whose turn it is */
  turn: SAVED_BASE + 36,
  /** i32: retired instructions left in its turn; 0 starts a new turn */
  turnLeft: SAVED_BASE + 40,
  /** i32: instructions per mtime tick */
  insnsPerTick: SAVED_BASE + 44,
  /** i32: turn length */
  quantum: SAVED_BASE + 48,
  /** i64: state of the schedule's generator; 0 is plain round robin */
  scheduleState: SAVED_BASE + 56,
} as const;

/** Device registers (emulator/board): absolute address and size of their saved block. */
export const DEVICES_BASE = SAVED_BASE + 0x100;
export const DEVICES_SIZE = 0xf00;

/** First hart block; hart `i` is at `HART_BASE + i * HART_STRIDE`. */
export const HART_BASE = SAVED_BASE + 0x1000;
export const HART_STRIDE = 0x800;

/** Bytes of a hart block that are architectural (hashed); the rest only serves to run on. */
export const HART_HASHED = 0x7c0;

/** Offsets within a hart block, saved by snapshots. i64 unless said otherwise. */
export const HART = {
  /** x0..x31; x0 stays 0 because writes to it go to `sink` */
  x: 0,
  pc: 264,
  /** f0..f31, NaN-boxed singles */
  f: 272,
  /** i32: 0, 1 or 3 */
  privilege: 528,
  /** i32: 1 while waiting in WFI */
  waiting: 532,
  /** physical address reserved by LR, or -1 */
  reservation: 536,
  /** i32: size of the reservation */
  reservationSize: 544,
  /** i32: fcsr (frm << 5 | fflags) */
  fcsr: 548,
  mhartid: 552,
  mstatus: 560,
  medeleg: 568,
  mideleg: 576,
  mie: 584,
  /** interrupt-pending bits that software wrote: SSIP, STIP, SEIP */
  mipSoft: 592,
  /** interrupt-pending lines of devices and timers: MSIP, MTIP, MEIP, SEIP, STIP (Sstc) */
  mipLines: 600,
  mtvec: 608,
  mcounteren: 616,
  mcountinhibit: 624,
  mscratch: 632,
  mepc: 640,
  mcause: 648,
  mtval: 656,
  menvcfg: 664,
  /** mcycle = clock + mcycleOffset; while inhibited the value itself */
  mcycleOffset: 672,
  /** minstret = instret + minstretOffset; while inhibited the value itself */
  minstretOffset: 680,
  stvec: 688,
  scounteren: 696,
  senvcfg: 704,
  sscratch: 712,
  sepc: 720,
  scause: 728,
  stval: 736,
  satp: 744,
  stimecmp: 752,
  /** CLINT/ACLINT compare register of this hart */
  mtimecmp: 760,
  /** instructions this hart retired (traps taken count as one) */
  instret: 768,
  /** 16 bytes */
  pmpcfg: 776,
  /** 16 × i64 */
  pmpaddr: 792,
  /** i32: 0 no entry is programmed, 1 every access of S and U is allowed, 2 look at the entries */
  pmpMode: 920,
  /** i32: 1 when the strict TLB has entries */
  strictUsed: 924,
  // ---- from here on not hashed
  /** the instruction whose breakpoint or watch was already reported; -1 none */
  resumePc: 0x7c0,
  /** where the interpreter's writes to x0 go */
  sink: 0x7c8,
} as const;

/** Strict TLB of hart i at `STRICT_BASE + i * STRICT_STRIDE`; saved when the mode is strict. */
export const STRICT_BASE = HART_BASE + MAX_HARTS * HART_STRIDE;
export const STRICT_ENTRIES = 1024;
/** vpn|asid key i64, pte i64 (ppn, permissions, level in bits 54..55, global in G) */
export const STRICT_ENTRY_SIZE = 16;
export const STRICT_STRIDE = STRICT_ENTRIES * STRICT_ENTRY_SIZE;
const SAVED_END = STRICT_BASE + MAX_HARTS * STRICT_STRIDE;

/** Distance from a hart block to its transient block. */
const HOT_DELTA = SAVED_END - HART_BASE;

/** Transient fields of a hart: offsets from the same pointer `h`. i32 unless said otherwise. */
export const HOT = {
  /**
   * instructions left in the running chunk, this one not yet counted; generated code stores it, and
   * `HART.pc` of this instruction, before every slow call
   */
  left: HOT_DELTA + 0,
  /**
   * What a slow call wants, 0 nothing. Bit 0: leave before this instruction (a trap is pending, or a
   * stop); bit 1: leave after it (an interrupt to look at, the context changed, code was dropped).
   * Only the dispatcher clears it.
   */
  event: HOT_DELTA + 4,
  /** i64 */
  cause: HOT_DELTA + 8,
  /** i64 */
  tval: HOT_DELTA + 16,
  /** nonzero: the dispatcher returns to the run loop (deadlines changed) */
  endChunk: HOT_DELTA + 24,
  /** nonzero: look for interrupts before the next instruction */
  irqCheck: HOT_DELTA + 28,
  /** address of the read entries for data accesses of now */
  readTlb: HOT_DELTA + 32,
  /** address of the write entries for data accesses of now */
  writeTlb: HOT_DELTA + 36,
  /** address of the fetch entries of now */
  fetchTlb: HOT_DELTA + 40,
  /** address of the context for data */
  dataContext: HOT_DELTA + 44,
  /** address of the context for fetches */
  fetchContext: HOT_DELTA + 48,
  /** generation of the fetch context: a jump-cache entry is valid under the one it was made in */
  fetchGeneration: HOT_DELTA + 52,
  /** address of the jump cache */
  jumpCache: HOT_DELTA + 56,
  /** index of the hart */
  index: HOT_DELTA + 60,
  /** use counter for replacing contexts */
  contextClock: HOT_DELTA + 64,
  /** address of the first context */
  contexts: HOT_DELTA + 68,
  /**
   * 1 while a translated region is in a slow call: registers are in its locals, so that nobody outside
   * may look. 2: the access is watched; the dispatcher has the interpreter do it.
   */
  inRegion: HOT_DELTA + 80,
  /** effective privilege of data accesses (MPRV applied) */
  dataPrivilege: HOT_DELTA + 92,
} as const;

const HOT_END = SAVED_END + MAX_HARTS * HART_STRIDE;

/** Transient globals: absolute addresses, i32 unless said otherwise. */
export const CORE = {
  /** size of the running chunk; the time now is clock + chunk - left */
  chunk: HOT_END + 0,
  /** 0 none; otherwise a STOP code that ends the run after this instruction */
  stop: HOT_END + 4,
  /** pages that became dirty since the last drain: count of `dirtyList` */
  dirtyCount: HOT_END + 8,
  /** source of context generations */
  generation: HOT_END + 12,
  /** number of armed breakpoints */
  breakpoints: HOT_END + 16,
  /** 0 none, 1 exceptions, 2 interrupts too: stop at traps */
  trapStop: HOT_END + 20,
  /** hart of the last stop */
  stopHart: HOT_END + 32,
  /** how often a slot's hot counter is used up before the slot is translated */
  hotRounds: HOT_END + 24,
  /** hot counter's first value in a fresh slot: 254 - threshold, or HOT_NEVER */
  hotStart: HOT_END + 36,
  /** pages whose walks are watched */
  walkWatches: HOT_END + 28,
  /** the board refused the access that it was just asked for */
  refused: HOT_END + 40,
  /** address of the hart that runs now or ran last */
  running: HOT_END + 44,
} as const;

/** Breakpoint table: 16 bytes each: va i64, privilege mask i32 (bit per level), id i32. */
export const BREAKPOINTS_BASE = HOT_END + 0x100;
export const MAX_BREAKPOINTS = 512;
/** One byte per halfword of a page: number of breakpoints at that page offset (saturating). */
export const BREAK_OFFSETS_BASE = BREAKPOINTS_BASE + MAX_BREAKPOINTS * 16;
/** One byte per CSR number: index of its row + 1, 0 for none. */
export const CSR_INDEX_BASE = BREAK_OFFSETS_BASE + 2048;
const FIXED_END = CSR_INDEX_BASE + 4096;

/**
 * A software TLB context: the translations of one (satp, privilege, SUM, MXR). An access of `size`
 * bytes hits when `tag == va & (~0xfff | size - 1)`; the host address is the low half of va + addend.
 */
export const TLB_ENTRIES = 256;
export const TLB_ENTRY_SIZE = 16;
const TLB_TABLE = TLB_ENTRIES * TLB_ENTRY_SIZE;
/**
 * Offsets in a context. Entries: tag i64 (page va; -1 free, -2 dropped), addend i32, and the page
 * number i32; fetch entries: tag, address of the decoded page, its serial.
 */
export const CONTEXT = {
  /** i64 */
  satp: 0,
  /** i32: privilege | SUM << 2 | MXR << 3; -1 when free */
  key: 8,
  /** i32 */
  generation: 12,
  /** i32: entries in `used` */
  usedCount: 16,
  /** i32 */
  lastUse: 20,
  read: 64,
  write: 64 + TLB_TABLE,
  fetch: 64 + 2 * TLB_TABLE,
  /** u16 offsets (from the context, divided by 16) of entries that were filled since the flush */
  used: 64 + 3 * TLB_TABLE,
  size: 64 + 3 * TLB_TABLE + 3 * TLB_ENTRIES * 2,
} as const;
export const CONTEXTS_PER_HART = 8;

/** Jump cache: 16 bytes an entry: pc i64, function index i32, fetch generation i32. */
export const JUMP_CACHE_ENTRIES = 4096;
export const JUMP_CACHE_ENTRY_SIZE = 16;

/**
 * A decoded instruction: one slot per halfword of a code page.
 * `rd`, `rs1`, `rs2` are byte offsets from the hart pointer (rd of x0 is the sink).
 */
export const SLOT_SIZE = 16;
export const SLOT = {
  /** u16: handler of the interpreter; 0 not decoded yet */
  op: 0,
  /** u8: bytes to the next slot: 16 after a compressed instruction, else 32 */
  step: 2,
  /** u8: counts jumps to here; HOT_READY asks the dispatcher, HOT_NEVER does nothing */
  hot: 3,
  /** u16 */
  rd: 4,
  /** u16 */
  rs1: 6,
  /** u16 */
  rs2: 8,
  /**
   * u16: translated function, 0 none; with FN_COUNTS set, how often `hot` was used up so far; in a
   * flagged slot the handler below the breakpoint
   */
  fn: 10,
  /** i32, sign-extended immediate; for CSR instructions number | uimm << 12 */
  imm: 12,
} as const;
/** Bit of SLOT.fn; indices of translated functions are below it. */
export const FN_COUNTS = 0x8000;
export const HOT_READY = 254;
export const HOT_NEVER = 255;

export const SLOTS_PER_PAGE = 2048;
/** Slots of a decoded page, its two sentinels, and a copy of the bytes it was decoded from. */
export const DECODED_COPY = (SLOTS_PER_PAGE + 2) * SLOT_SIZE;
export const DECODED_SIZE = 36_928;
/** i32 in a decoded page: names its content; never given to another content */
export const DECODED_SERIAL = DECODED_SIZE - 8;
export const DECODED_PAGES = 768;

/** Flags of a physical page (u8 each). A page with any of the last ones is never in a write TLB. */
export const PAGE_FLAG = {
  /** written since the dirty list was drained */
  dirty: 1,
  /** decoded instructions were made from it */
  code: 2,
  /** a walk read a valid entry of it */
  walked: 4,
  /** a hart holds a reservation in it */
  reserved: 8,
  watchLoad: 16,
  watchStore: 32,
  watchFetch: 64,
  watchWalk: 128,
} as const;

/** Why generated code came back to the host (CORE.stop and the result of `run`). */
export const STOP = {
  none: 0,
  budget: 1,
  breakpoint: 2,
  watch: 3,
  trap: 4,
  idle: 5,
  /** the host asked for it (exit, request) */
  host: 6,
  /** hot code was met: translate and continue */
  hot: 7,
} as const;

/** Addresses that depend on the machine's size. */
export interface Layout {
  readonly harts: number;
  readonly ramBytes: number;
  readonly diskBytes: number;
  readonly ramPages: number;
  /** RAM pages and disk pages */
  readonly pages: number;
  /** length of the saved block from SAVED_BASE, of this many harts (strict TLBs included if used) */
  readonly savedBytes: number;
  readonly contexts: number;
  readonly contextStride: number;
  readonly jumpCaches: number;
  readonly crossSlots: number;
  /** u8 per page: PAGE_FLAG */
  readonly pageFlags: number;
  /** u16 per RAM page: decoded page index + 1, 0 none */
  readonly codeIndex: number;
  /** u32 per entry: page numbers that became dirty */
  readonly dirtyList: number;
  readonly decoded: number;
  /** address of RAM; host address of physical address pa is ram + (pa - RAM_BASE) */
  readonly ram: number;
  /** address of the disk, right after RAM */
  readonly disk: number;
  /** first byte after the disk: the snapshot arena's start */
  readonly arena: number;
}

const align = (value: number, to: number): number => Math.ceil(value / to) * to;

/** Slots for instructions that cross a page boundary, per hart: 16 × (instruction, sentinel, word). */
export const CROSS_ENTRIES = 16;
export const CROSS_STRIDE = 64;

/**
 * Lays the memory out.
 * @param harts 1 to 8
 * @param ramBytes a multiple of 4096
 * @param diskBytes rounded up to pages
 * @param strict the strict TLBs are part of the saved block
 */
export function layoutFor(
  harts: number,
  ramBytes: number,
  diskBytes: number,
  strict: boolean,
): Layout {
  const ramPages = ramBytes / PAGE_SIZE;
  const pages = ramPages + Math.ceil(diskBytes / PAGE_SIZE);
  const contexts = align(FIXED_END, PAGE_SIZE);
  const contextStride = align(CONTEXT.size, 64);
  const jumpCaches = align(contexts + harts * CONTEXTS_PER_HART * contextStride, 64);
  const crossSlots = jumpCaches + harts * JUMP_CACHE_ENTRIES * JUMP_CACHE_ENTRY_SIZE;
  const pageFlags = crossSlots + harts * CROSS_ENTRIES * CROSS_STRIDE;
  const codeIndex = align(pageFlags + pages, 64);
  const dirtyList = align(codeIndex + pages * 2, 64);
  const decoded = align(dirtyList + pages * 4, 64);
  const ram = align(decoded + DECODED_PAGES * DECODED_SIZE, 65_536);
  const disk = ram + ramBytes;
  const hartsEnd = HART_BASE + harts * HART_STRIDE;
  const savedEnd = strict ? STRICT_BASE + harts * STRICT_STRIDE : hartsEnd;
  return {
    harts,
    ramBytes,
    diskBytes,
    ramPages,
    pages,
    savedBytes: savedEnd - SAVED_BASE,
    contexts,
    contextStride,
    jumpCaches,
    crossSlots,
    pageFlags,
    codeIndex,
    dirtyList,
    decoded,
    ram,
    disk,
    arena: ram + pages * PAGE_SIZE,
  };
}

/** Address of a hart block. */
export const hartAddress = (index: number): number => HART_BASE + index * HART_STRIDE;
