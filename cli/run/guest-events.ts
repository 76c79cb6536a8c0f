import type { ElfFile } from '../../emulator/elf/index.ts';
import type { Hart, Machine } from '../../emulator/machine/api.ts';
import type { HartReport } from './hart-report.ts';

/** What the kernel does that the console does not tell. */
export interface GuestEvents {
  /** exit status of the process that exited last since `clearExitStatus`; undefined without symbols too */
  lastExitStatus(): number | undefined;
  clearExitStatus(): void;
  /** where every hart was when the kernel first panicked; undefined while it has not */
  panic(): string | undefined;
}

/** Kernel functions by which a process ends; trees of 2025 have the second. */
const EXIT_FUNCTIONS = ['exit', 'kexit'];
const SUPERVISOR = 1;

/**
 * Watches the kernel's functions by symbol: `panic`, as it is entered, and those by which processes exit.
 */
export function watchGuest(machine: Machine, elf: ElfFile, report: HartReport): GuestEvents {
  let status: number | undefined;
  let panic: string | undefined;

  function at(name: string, onHit: (hart: Hart) => void): void {
    const symbol = elf.symbol(name);
    if (!symbol?.code) return;
    machine.addBreakpoint({
      address: BigInt(symbol.address),
      privilege: SUPERVISOR,
      onHit(hart) {
        onHit(hart);
        return 'continue';
      },
    });
  }

  at('panic', ({ index }) => {
    panic ??= machine.harts
      .map((hart) => (hart.index === index ? report.calls(hart) : report.line(hart)))
      .join('\n');
  });
  for (const name of EXIT_FUNCTIONS) {
    at(name, (hart) => {
      status = Number(BigInt.asIntN(32, hart.x(10)));
    });
  }
  return {
    lastExitStatus: () => status,
    clearExitStatus() {
      status = undefined;
    },
    panic: () => panic,
  };
}
