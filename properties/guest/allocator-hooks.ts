import type { Hart, Machine } from '../../emulator/machine/api.ts';
import type { SourceLine } from '../../spec/result.ts';
import type { KernelFunctions } from '../observe/api.ts';
import type { AllocatorEvent } from './api.ts';
import { GuestError } from './guest-error.ts';

const RA = 1;
const A0 = 10;

/** What the hooks at the kernel's allocator count and change. */
export interface AllocatorHooks {
  /** allocations until one fails; undefined: none does */
  failIn: number | undefined;
  /** calls of kalloc since `reset` */
  allocations: number;
  failed: boolean;
  /** arguments of kfree since `reset` */
  freed: number[];
  onEvent: ((event: AllocatorEvent) => void) | undefined;
  reset(): void;
}

/**
 * Hooks at the entries of `kalloc` and `kfree`. An armed failure makes kalloc return 0 without running,
 * as it does when no memory is left. Throws GuestError when the kernel has no such functions.
 */
export function hookAllocator(
  machine: Machine,
  functions: KernelFunctions,
  where: (hart: number) => SourceLine[],
): AllocatorHooks {
  const hooks: AllocatorHooks = {
    failIn: undefined,
    allocations: 0,
    failed: false,
    freed: [],
    onEvent: undefined,
    reset() {
      hooks.allocations = 0;
      hooks.failed = false;
      hooks.freed = [];
    },
  };
  machine.addBreakpoint({
    address: entryOf(functions, 'kalloc'),
    onHit(hart) {
      hooks.allocations++;
      if (hooks.failIn !== undefined && --hooks.failIn === 0) {
        hooks.failIn = undefined;
        hooks.failed = true;
        hooks.onEvent?.({ kind: 'refused', pa: 0, where: where(hart.index) });
        hart.setX(A0, 0n);
        hart.pc = hart.x(RA);
      } else if (hooks.onEvent !== undefined) {
        reportAllocation(machine, hart, where(hart.index), hooks);
      }
      return 'continue';
    },
  });
  machine.addBreakpoint({
    address: entryOf(functions, 'kfree'),
    onHit(hart) {
      const pa = Number(hart.x(A0));
      hooks.freed.push(pa);
      hooks.onEvent?.({ kind: 'freed', pa, where: where(hart.index) });
      return 'continue';
    },
  });
  return hooks;
}

/** Tells of an allocation once it is known which page it gave: when kalloc comes back. */
function reportAllocation(
  machine: Machine,
  hart: Hart,
  where: SourceLine[],
  hooks: AllocatorHooks,
): void {
  const caller = hart.index;
  const id = machine.addBreakpoint({
    address: hart.x(RA),
    onHit(back) {
      if (back.index !== caller) return 'continue';
      machine.removeBreakpoint(id);
      const pa = Number(back.x(A0));
      if (pa !== 0) hooks.onEvent?.({ kind: 'allocated', pa, where });
      return 'continue';
    },
  });
}

function entryOf(functions: KernelFunctions, name: 'kalloc' | 'kfree'): bigint {
  const address = functions[name];
  if (address === undefined) {
    throw new GuestError(
      `the kernel has no function "${name}": it is stripped, or its allocator is called something else`,
    );
  }
  return BigInt(address);
}
