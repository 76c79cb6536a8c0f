import type { Expr, Stmt } from '../wasm/index.ts';

/** Bytes of a memory access. */
export type Size = 1 | 2 | 4 | 8;

/** Instructions whose effect on the hart is a function of the core, not an expression. */
export type SystemOperation = 'ecall' | 'ebreak' | 'mret' | 'sret' | 'wfi' | 'sfenceVma' | 'fenceI';

/** What a CSR instruction does with its source (Unprivileged manual, Zicsr). */
export type CsrOperation = 'write' | 'set' | 'clear';

/**
 * What the semantics of an instruction are written against. The interpreter implements it with loads
 * from the decoded slot, the translator with constants and locals.
 *
 * Methods append effects in the order of their calls; expressions that they return are values
 * already computed. `rs1`, `rs2`, `imm`, `pc` may be used any number of times, until `setRd`: use
 * `temp` for what is needed after it (rd may be rs1). Everything is i64 unless said otherwise.
 */
export interface Sem {
  readonly rs1: Expr;
  readonly rs2: Expr;
  /** third source of fused multiply-add */
  readonly rs3: Expr;
  readonly imm: Expr;
  /** the immediate's low 32 bits, as i32: shift amounts of word instructions */
  readonly immLow: Expr;
  /** address of this instruction */
  readonly pc: Expr;
  /** address of the next one in memory */
  readonly next: Expr;

  /** Evaluates now and once. */
  temp(value: Expr): Expr;
  /** Appends a statement without effect on the hart (stores to temporaries). */
  emit(statement: Stmt): void;
  /** Writes rd; nothing when it is x0. The last effect of an instruction that is not a jump. */
  setRd(value: Expr): void;

  /** Loads, sign- or zero-extended; may trap. */
  load(size: Size, signed: boolean, address: Expr): Expr;
  /** Stores the low bytes of `value`; may trap before any byte is written. */
  store(size: Size, address: Expr, value: Expr): void;
  /** LR: as a signed load that must be aligned, and reserves. */
  loadReserved(size: 4 | 8, address: Expr): Expr;
  /** SC: 0 when it stored, else 1; the reservation is gone. */
  storeConditional(size: 4 | 8, address: Expr, value: Expr): Expr;
  /** AMO: the old value sign-extended; stores the low bytes of `combine(old)`. */
  amo(size: 4 | 8, address: Expr, combine: (old: Expr) => Expr): Expr;

  /** Continues at pc + imm when `condition` (i32) is not zero. The last effect. */
  branch(condition: Expr): void;
  /** Writes `next` to rd and continues at pc + imm. The last effect. */
  jumpRelative(): void;
  /** Writes `next` to rd and continues at `target`. The last effect. */
  jump(target: Expr): void;

  /** Reads, perhaps writes a CSR, and writes its old value to rd; `source` is rs1 or the uimm. */
  csr(operation: CsrOperation, source: 'rs1' | 'uimm'): void;
  system(operation: SystemOperation): void;
  illegal(): void;

  /** Upper 64 bits of a product: both signed, signed × unsigned, both unsigned. */
  mulHigh(kind: 'ss' | 'su' | 'uu', a: Expr, b: Expr): Expr;

  /** Traps when mstatus.FS is off. The first effect of every floating-point instruction. */
  needFloat(): void;
  /** Writes the floating-point register rd (64 bits, boxed by the caller) and makes FS dirty. */
  setFd(bits: Expr): void;
  /**
   * A floating-point operation of the host, by its number; the rounding mode comes from the
   * instruction and frm (a reserved one traps), flags go to fflags. Yields the result's bits.
   */
  float(operation: number, a: Expr, b?: Expr, c?: Expr): Expr;
}
