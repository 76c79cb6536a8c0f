import type fc from 'fast-check';
import type { Env, ModelState, Outcome } from '../../model/index.ts';
import type { Clause } from '../../spec/clause.ts';
import type { Address } from '../../spec/operation.ts';
import type { OperationSyntax } from '../../spec/operation-syntax.ts';

/** What every operation has, ours and a plugin's alike. */
export interface AnyOperation {
  op: string;
  /**
   * Which live process acts, modulo their number; absent for what the environment does: where the guest
   * must run for it, init does.
   */
  proc?: number;
}

/** Integer argument registers that an injection sets. */
export type RegisterName = 'a0' | 'a1' | 'a2' | 'a3' | 'a4' | 'a5' | 'a6' | 'a7';

/** How the guest performs an operation: the parked process goes to `stub` with these registers. */
export interface Injection {
  /** a symbol of the agent */
  stub: string;
  registers: Partial<Record<RegisterName, bigint>>;
  /** bytes that arrive at the serial port at that moment, one character each */
  typed?: string;
}

/** What an operation may ask about the process that is going to act. */
export interface ActContext {
  address(address: Address): bigint;
  /** pid of a live process, by slot modulo their number; −1 stands for a pid that does not exist */
  pidOf(target: number): bigint;
  /** the model's state before the operation */
  state: ModelState;
  /** slot of the acting process; −1 (init) when the environment acts */
  slot: number;
}

/** All that is known of one operation. Adding one is a file with one of these and a line in the list. */
export interface OperationDefinition<O extends AnyOperation = AnyOperation> {
  readonly op: O['op'];
  /** how often it is drawn, relative to the others */
  readonly weight: number;
  /** clauses of the spec that it exercises beside those that hold after every operation */
  readonly clauses: readonly Clause[];
  /** how it is written on a line of a .steps file; ours have theirs in spec/ */
  readonly syntax?: OperationSyntax;
  /** good and bad arguments, about equally often */
  readonly arbitrary: fc.Arbitrary<O>;
  /** absent: nothing for the guest to do (the environment acts) */
  readonly inject?: (operation: O, context: ActContext) => Injection;
  /** every outcome that a correct kernel may show; none: not enabled here */
  readonly step: (state: ModelState, operation: O, environment: Env) => Outcome[];
  /** may it take all memory there is? then it is left out where there is much */
  readonly takesAllMemory?: (operation: O) => boolean;
  /** the same operation with simpler arguments, simplest first; each must be smaller */
  readonly simpler: (operation: O) => Iterable<O>;
}
