import type { AnyOperation } from '../ops/definition.ts';

export type Sequence = readonly AnyOperation[];

/** One way of proposing smaller sequences. Proposals are lazy: the best may change after each. */
export interface Pass {
  name: string;
  propose(
    sequence: Sequence,
    simpler: (operation: AnyOperation) => Iterable<AnyOperation>,
  ): Iterable<Sequence>;
}

const without = (sequence: Sequence, from: number, count: number): Sequence => [
  ...sequence.slice(0, from),
  ...sequence.slice(from + count),
];

const replaced = (sequence: Sequence, at: number, operation: AnyOperation): Sequence => [
  ...sequence.slice(0, at),
  operation,
  ...sequence.slice(at + 1),
];

/** Drops runs of operations: halves, quarters, … single ones; from the end, where less is replayed. */
const dropRuns: Pass = {
  name: 'drop runs',
  *propose(sequence) {
    for (let size = sequence.length >> 1; size >= 1; size >>= 1) {
      for (let from = sequence.length - size; from >= 0; from -= size) {
        yield without(sequence, from, size);
      }
      if (sequence.length % size !== 0) yield without(sequence, 0, sequence.length % size);
    }
  },
};

/** Drops one process: the fork that made it and everything it did after. */
const dropForks: Pass = {
  name: 'drop a process',
  *propose(sequence) {
    for (let at = sequence.length - 1; at >= 0; at--) {
      if (sequence[at]?.op !== 'fork') continue;
      for (let proc = 7; proc >= 1; proc--) {
        const rest = sequence.slice(at + 1).filter((operation) => operation.proc !== proc);
        if (rest.length < sequence.length - at - 1) yield [...sequence.slice(0, at), ...rest];
      }
    }
  },
};

const PAIRS_UP_TO = 24;

/** Drops two operations that need each other: a pipe and its close, a fork and its exit. */
const dropPairs: Pass = {
  name: 'drop pairs',
  *propose(sequence) {
    if (sequence.length > PAIRS_UP_TO) return;
    for (let b = sequence.length - 1; b > 0; b--) {
      for (let a = b - 1; a >= 0; a--) yield without(without(sequence, b, 1), a, 1);
    }
  },
};

/** Allocations before the failing one that are worth trying. */
const SOONER = 24;

/**
 * Drops an operation whose allocations were counted towards a failing one: without it, the same
 * allocation fails with a smaller number.
 */
const dropWithFailure: Pass = {
  name: 'drop, and fail sooner',
  *propose(sequence) {
    for (const [at, operation] of sequence.entries()) {
      if (operation.op !== 'fail-alloc') continue;
      const { nth } = operation as AnyOperation & { nth: number };
      for (let other = sequence.length - 1; other >= 0; other--) {
        if (other === at) continue;
        for (let sooner = 1; sooner < Math.min(nth, SOONER); sooner++) {
          const fewer = { ...operation, nth: sooner } as AnyOperation;
          yield without(replaced(sequence, at, fewer), other, 1);
        }
      }
    }
  },
};

/** Lets an earlier process act. */
const lowerProcesses: Pass = {
  name: 'lower processes',
  *propose(sequence) {
    for (const [at, operation] of sequence.entries()) {
      for (let proc = 0; proc < (operation.proc ?? 0); proc++) {
        yield replaced(sequence, at, { ...operation, proc });
      }
    }
  },
};

const simplifyArguments: Pass = {
  name: 'simplify arguments',
  *propose(sequence, simpler) {
    for (const [at, operation] of sequence.entries()) {
      for (const candidate of simpler(operation)) yield replaced(sequence, at, candidate);
    }
  },
};

/** Puts a plainer operation in the place of one: what only writes memory becomes a store. */
const plainerOperations: Pass = {
  name: 'plainer operations',
  *propose(sequence) {
    for (const [at, operation] of sequence.entries()) {
      const { proc } = operation;
      if (proc === undefined || PLAIN.has(operation.op)) continue;
      const va = (operation as { va?: string }).va ?? 'data';
      yield replaced(sequence, at, { op: 'store', proc, va, width: 1, value: 1 } as AnyOperation);
      yield replaced(sequence, at, { op: 'exit', proc, status: 0 } as AnyOperation);
    }
  },
};
const PLAIN = new Set(['store', 'load', 'fork', 'exit']);

/** All passes, in the order in which they are tried. */
export const PASSES: readonly Pass[] = [
  dropRuns,
  dropForks,
  lowerProcesses,
  dropPairs,
  dropWithFailure,
  plainerOperations,
  simplifyArguments,
];
