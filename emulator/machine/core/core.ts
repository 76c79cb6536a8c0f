import {
  type FunctionRef,
  ModuleBuilder,
  type ResultType,
  type ValueType,
} from '../../wasm/index.ts';
import type { Layout } from '../layout.ts';

/** How long translations live: see TlbMode in api.ts. */
export type CoreTlb = 'coherent' | 'strict' | 'eager';

/** kind of access, as the core numbers it */
export const LOAD = 0;
export const STORE = 1;
export const FETCH = 2;
export const WALK = 3;

type Signature = readonly [params: readonly ValueType[], result: ResultType];
const h = 'i32' as const;

/** Functions of the host that the core calls (module `host`). */
const hostSignatures = {
  /** (hart, pa, size): value, zero-extended; sets CORE.refused for an access fault */
  mmioLoad: [[h, 'i32', 'i32'], 'i64'],
  /** (hart, pa, size, value) */
  mmioStore: [[h, 'i32', 'i32', 'i64'], 'void'],
  /** (page): address of its decoded page; sets the code index and flag */
  decodePage: [['i32'], 'i32'],
  /** (slot, word, offset in the page, or -1 for an instruction that crosses pages) */
  decodeSlot: [['i32', 'i32', 'i32'], 'void'],
  /** (hart, kind, va, pa, size): 1 to stop before the instruction */
  watch: [[h, 'i32', 'i64', 'i32', 'i32'], 'i32'],
  /** (hart, pc, slot): table index of a translated function for the hot slot, or 0 */
  translate: [[h, 'i64', 'i32'], 'i32'],
  /** (hart, operation, rounding mode, a, b, c): the result's bits; ors flags into fcsr */
  float: [[h, 'i32', 'i32', 'i64', 'i64', 'i64'], 'i64'],
} satisfies Record<string, Signature>;

/** Functions of the core; all may be called by each other. */
export const coreSignatures = {
  /** i64: instructions of time gone by, at this moment */
  now: [[], 'i64'],
  mtime: [[], 'i64'],
  /** (hart): recomputes MTIP and STIP */
  updateTimers: [[h], 'void'],
  /** (hart): instructions until a timer of its fires, or -1 */
  deadline: [[h], 'i64'],
  setLines: [[h, 'i64', 'i64'], 'void'],

  markDirty: [['i32'], 'void'],
  dropCode: [['i32'], 'void'],
  /** (hart that stores, or 0; pa, size) */
  breakReservations: [[h, 'i32', 'i32'], 'void'],
  /** (page): something outside the harts is about to write it */
  touchPage: [['i32'], 'void'],
  /** (hart, va, pa, size, kind): reports to the host when the page is watched; 1 to stop */
  checkWatch: [[h, 'i64', 'i32', 'i32', 'i32'], 'i32'],

  flushContext: [['i32'], 'void'],
  flushHart: [[h], 'void'],
  flushAll: [[], 'void'],
  newGenerations: [[], 'void'],
  dropWrites: [['i32'], 'void'],
  dropFetches: [['i32'], 'void'],
  /** (page): cached translations to it go, so that a new watch sees every access */
  forgetPage: [['i32'], 'void'],
  findContext: [[h, 'i64', 'i32'], 'i32'],
  selectContexts: [[h], 'void'],
  insert: [['i32', 'i32', 'i64', 'i32', 'i32'], 'void'],

  pmpCheck: [[h, 'i64', 'i32', 'i32', 'i32'], 'i32'],
  pmpUpdate: [[h], 'void'],
  /** (hart, va, kind, privilege, size): physical address, or -1 with a trap pending */
  translate: [[h, 'i64', 'i32', 'i32', 'i32'], 'i64'],
  walk: [[h, 'i64', 'i32', 'i32'], 'i64'],
  strictFind: [[h, 'i64'], 'i32'],
  strictInsert: [[h, 'i64', 'i64', 'i32'], 'void'],
  strictFlush: [[h, 'i64', 'i64', 'i32', 'i32'], 'void'],

  loadSized: [['i32', 'i32'], 'i64'],
  storeSized: [['i32', 'i64', 'i32'], 'void'],
  /** (hart, va, size): value, zero-extended */
  slowLoad: [[h, 'i64', 'i32'], 'i64'],
  storePhysical: [[h, 'i32', 'i64', 'i32'], 'void'],
  /** (hart, va, value, size) */
  slowStore: [[h, 'i64', 'i64', 'i32'], 'void'],
  /** (hart, va, size): host address that an atomic may read and write now, or 0 with a trap pending */
  storeAddress: [[h, 'i64', 'i32'], 'i32'],
  /** (hart, va, size): value, sign-extended */
  loadReserved: [[h, 'i64', 'i32'], 'i64'],
  /** (hart, va, value, size): 0 or 1 */
  storeConditional: [[h, 'i64', 'i64', 'i32'], 'i64'],
  mulHighU: [['i64', 'i64'], 'i64'],

  /** (hart, pc): address of the decoded page, or 0 with a trap pending */
  fetchPage: [[h, 'i64'], 'i32'],
  /** (hart, pc, low half): slot of an instruction that crosses a page, or 0 with a trap pending */
  fetchCrossing: [[h, 'i64', 'i32'], 'i32'],
  /** (hart, pc): 1 when a breakpoint is armed here */
  breakHit: [[h, 'i64'], 'i32'],

  raise: [[h, 'i64', 'i64'], 'void'],
  enterTrap: [[h, 'i64', 'i64'], 'void'],
  takeInterrupt: [[h], 'void'],
  setPrivilege: [[h, 'i32'], 'void'],
  illegalBits: [[h], 'i64'],
  ecall: [[h], 'void'],
  ebreak: [[h], 'void'],
  mret: [[h], 'void'],
  sret: [[h], 'void'],
  wfi: [[h], 'void'],
  /** (hart, va, asid, va given, asid given) */
  sfenceVma: [[h, 'i64', 'i64', 'i32', 'i32'], 'void'],
  csrRead: [[h, 'i32'], 'i64'],
  csrWrite: [[h, 'i32', 'i64'], 'void'],
  /** (hart, number | uimm << 12, operation, source, writes): the old value; may trap */
  csr: [[h, 'i32', 'i32', 'i64', 'i32'], 'i64'],
  /** (hart): 1 when mstatus.FS is off, with the trap pending */
  floatOff: [[h], 'i32'],
  /** (hart, operation, imm, a, b, c) */
  float: [[h, 'i32', 'i32', 'i64', 'i64', 'i64'], 'i64'],

  /** (hart, left): runs the interpreter; instructions left */
  interpret: [[h, 'i32'], 'i32'],
  /** the shape of translated functions, and the one at index 0 of the table */
  noRegion: [[h, 'i32'], 'i32'],
  runHart: [[h, 'i32'], 'i32'],
  nextTurn: [[], 'void'],
  /** instructions until something wakes a hart; 0 when one can run; -1 never */
  idleTime: [[], 'i64'],
  /** (limit): runs until the clock has moved on by `limit`, or a STOP; returns its code */
  run: [['i64'], 'i32'],
  /** the saved block was replaced: derives what is kept beside it */
  savedReplaced: [[], 'void'],
  /** (list, count): the contents of these pages were replaced */
  pagesReplaced: [['i32', 'i32'], 'void'],
} satisfies Record<string, Signature>;

type HostName = keyof typeof hostSignatures;
export type CoreName = keyof typeof coreSignatures;

/** The core module under construction. */
export interface Core {
  readonly m: ModuleBuilder;
  readonly layout: Layout;
  readonly tlb: CoreTlb;
  readonly host: Record<HostName, FunctionRef>;
  readonly f: Record<CoreName, FunctionRef>;
}

/** Size of the function table that translated regions go into. */
export const TABLE_SIZE = 65_536;

export function newCore(layout: Layout, tlb: CoreTlb): Core {
  const m = new ModuleBuilder();
  m.importMemory('host', 'memory', 1);
  const host = Object.fromEntries(
    Object.entries(hostSignatures).map(([name, [params, result]]) => [
      name,
      m.importFunction('host', name, params, result),
    ]),
  ) as Record<HostName, FunctionRef>;
  const f = Object.fromEntries(
    Object.entries(coreSignatures).map(([name, [params, result]]) => [
      name,
      m.declare(name, params, result),
    ]),
  ) as Record<CoreName, FunctionRef>;
  return { m, layout, tlb, host, f };
}
