import type { CostMetric } from '../../spec/gate.ts';
import type { StepOutcome } from '../run/run-step.ts';
import type { Session } from '../run/session.ts';

/** Total costs of one kind of operation. */
export type CostTotals = Record<CostMetric, number> & { times: number };

export interface CostMeter {
  /** Adds what the operation just performed has cost. */
  add(operation: string, outcome: StepOutcome): void;
  totals(): Map<string, CostTotals>;
  /** Takes the hooks out of the guest. */
  stop(): void;
}

/** Exception causes of page faults (Privileged manual, scause): fetch, load, store. */
const PAGE_FAULTS = new Set([12n, 13n, 15n]);
const COPYING = ['memmove', 'memcpy'];

/**
 * Counts what operations cost the kernel: instructions, pages allocated, bytes through `memmove`, and
 * page faults taken from user mode. The kernel needs no counters for it.
 */
export function createCostMeter(session: Session): CostMeter {
  const { guest } = session;
  const totals = new Map<string, CostTotals>();
  let bytesCopied = 0;
  let faults = 0;
  const hooks: number[] = [];
  for (const name of COPYING) {
    const symbol = guest.elf.symbol(name);
    if (symbol === undefined) continue;
    hooks.push(
      guest.machine.addBreakpoint({
        address: BigInt(symbol.address),
        privilege: 1,
        onHit(hart) {
          bytesCopied += Number(BigInt.asUintN(32, hart.x(12)));
          return 'continue';
        },
      }),
    );
  }
  const { usertrap } = guest.layout.functions;
  if (usertrap !== undefined) {
    hooks.push(
      guest.machine.addBreakpoint({
        address: BigInt(usertrap),
        privilege: 1,
        onHit(hart) {
          if (PAGE_FAULTS.has(hart.csr('scause'))) faults += 1;
          return 'continue';
        },
      }),
    );
  }
  return {
    add(operation, { guest: step }) {
      const sum = totals.get(operation) ?? none();
      sum.times += 1;
      sum.insns += step.insns;
      sum.pagesAllocated += step.allocations;
      sum.bytesCopied += bytesCopied;
      sum.faults += faults;
      totals.set(operation, sum);
      bytesCopied = 0;
      faults = 0;
    },
    totals: () => totals,
    stop() {
      for (const hook of hooks) guest.machine.removeBreakpoint(hook);
    },
  };
}

const none = (): CostTotals => ({
  times: 0,
  insns: 0,
  bytesCopied: 0,
  pagesAllocated: 0,
  faults: 0,
});
