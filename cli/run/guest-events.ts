import type { ElfFile } from '../../emulator/elf/index.ts';
import type { Hart, Machine } from '../../emulator/machine/api.ts';

/** What the kernel does that the console does not tell. */
export interface GuestEvents {
  /** exit status of the process that exited last; undefined before the first, or without symbols */
  lastExitStatus(): number | undefined;
  clearExitStatus(): void;
}

/** Kernel functions by which a process ends; trees of 2025 have the second. */
const EXIT_FUNCTIONS = ['exit', 'kexit'];

/**
 * Watches the kernel's functions by symbol: `panic`, before its message is printed, and those by which
 * processes exit.
 */
export function watchGuest(
  machine: Machine,
  elf: ElfFile,
  onPanic: (hart: Hart) => void,
): GuestEvents {
  let status: number | undefined;
  const at = (name: string, onHit: (hart: Hart) => void) => {
    const symbol = elf.symbol(name);
    if (!symbol?.code) return;
    machine.addBreakpoint({
      address: BigInt(symbol.address),
      privilege: 1,
      onHit(hart) {
        onHit(hart);
        return 'continue';
      },
    });
  };
  at('panic', onPanic);
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
  };
}
