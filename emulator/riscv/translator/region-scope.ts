import { HART, HOT } from '../../machine/layout.ts';
import {
  type Body,
  block,
  br,
  type Expr,
  type FunctionScope,
  i32,
  i64,
  type Local,
  label,
  leave,
  type Stmt,
  set,
  type ValueType,
  when,
} from '../../wasm/index.ts';

import type { RegionImports } from './region-imports.ts';

/**
 * What all blocks of a region share: guest registers in locals, the budget, the ways out.
 * The function is `(h: i32, left: i32) → left: i32`.
 */
export class RegionScope {
  readonly h: Local;
  /** instructions left after the block that is running */
  readonly left: Local;
  /** where the region continues when it is left through `exit` */
  readonly pc: Local;
  readonly readTlb: Local;
  readonly writeTlb: Local;
  /** out, with pc and left in locals */
  readonly exit = label();
  /** out, with pc and left stored in the hart block by the core */
  readonly stored = label();
  readonly imports: RegionImports;
  /** the privilege that the code is translated for */
  readonly privilege: number;
  private readonly scope: FunctionScope;
  private readonly registers = new Map<number, Local>();
  private readonly written = new Set<number>();
  private readonly pools = new Map<ValueType, { all: Local[]; used: number }>();

  constructor(scope: FunctionScope, imports: RegionImports, privilege: number) {
    this.privilege = privilege;
    this.scope = scope;
    this.imports = imports;
    this.h = scope.param(0);
    this.left = scope.param(1);
    this.pc = scope.local('i64');
    this.readTlb = scope.local('i32');
    this.writeTlb = scope.local('i32');
  }

  /** The local of a guest register, 1 to 31. */
  register(number: number): Local {
    let found = this.registers.get(number);
    if (!found) {
      found = this.scope.local('i64');
      this.registers.set(number, found);
    }
    return found;
  }

  /** As `register`, for writing. */
  target(number: number): Local {
    this.written.add(number);
    return this.register(number);
  }

  /** A local for the rest of this instruction. */
  temp(type: ValueType): Local {
    let pool = this.pools.get(type);
    if (!pool) {
      pool = { all: [], used: 0 };
      this.pools.set(type, pool);
    }
    let found = pool.all[pool.used++];
    if (!found) {
      found = this.scope.local(type);
      pool.all.push(found);
    }
    return found;
  }

  /** Is it a local for one instruction, and no register? */
  isTemp(local: Expr): boolean {
    return local.kind === 'local' && (this.pools.get(local.type)?.all.includes(local) ?? false);
  }

  /** A local of its own, for longer than an instruction. */
  local(type: ValueType): Local {
    return this.scope.local(type);
  }

  /** Temporaries may be used again. */
  releaseTemps(): void {
    for (const pool of this.pools.values()) pool.used = 0;
  }

  /** Leaves the region; the hart continues at `pc`, with `refund` instructions not run. */
  exitTo(pc: number | Expr, refund = 0): Body {
    const back: Stmt = refund === 0 ? [] : set(this.left, i32.add(this.left, refund));
    return [set(this.pc, pc), back, br(this.exit)];
  }

  /**
   * The whole function around the blocks' code. The same code may be mapped at another address than
   * `entry`, or run by another privilege: then the interpreter takes over.
   */
  frame(entry: number, body: Body): Body {
    const done = label();
    const { h } = this;
    return [
      when(
        i32.or(
          i64.ne(i64.load(h, HART.pc), entry),
          i32.ne(i32.load(h, HART.privilege), this.privilege),
        ),
        [leave(this.left)],
      ),
      set(this.readTlb, i32.load(h, HOT.readTlb)),
      set(this.writeTlb, i32.load(h, HOT.writeTlb)),
      [...this.registers].map(([n, local]) => set(local, i64.load(h, HART.x + 8 * n))),
      block(done, [
        block(this.stored, [block(this.exit, body), i64.store(h, this.pc, HART.pc), br(done)]),
        set(this.left, i32.load(h, HOT.left)),
      ]),
      [...this.written].map((n) => i64.store(h, this.register(n), HART.x + 8 * n)),
      leave(this.left),
    ];
  }
}
