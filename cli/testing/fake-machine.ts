import type { Breakpoint, Hart, Machine, Stop } from '../../emulator/machine/api.ts';

/** A machine whose guest is a function of the test: called once a slice, with what was typed since. */
export interface FakeMachine extends Machine {
  print: (text: string) => void;
  breakpoints: Breakpoint[];
}

export interface Slice {
  typed: string;
  /** instructions since the start, this slice included */
  elapsed: number;
  print(text: string): void;
  /** as if hart 0 reached this address with this value in a0 */
  reach(address: number, a0?: bigint): void;
}

const hart: Hart = {
  index: 0,
  pc: 0x8000_0004n,
  privilege: 1,
  x: () => 0n,
  setX() {},
  f: () => 0n,
  csr: () => 0n,
  setCsr() {},
  waiting: false,
  translate: () => undefined,
};

export function fakeMachine(
  guest: (slice: Slice) => Stop | undefined,
  onConsole: (byte: number) => void,
): FakeMachine {
  let typed = '';
  let elapsed = 0;
  const breakpoints: Breakpoint[] = [];
  const print = (text: string) => {
    for (const byte of new TextEncoder().encode(text)) onConsole(byte);
  };
  const machine = {
    harts: [hart],
    memory: { base: 0x8000_0000, sizeBytes: 2 ** 20, readU64: () => 0n },
    breakpoints,
    diskDriver: 'talking',
    get retired() {
      return elapsed;
    },
    addBreakpoint(breakpoint: Breakpoint) {
      return breakpoints.push(breakpoint);
    },
    type(bytes: Uint8Array) {
      typed += new TextDecoder().decode(bytes);
    },
    run(insns: number): Stop {
      elapsed += insns;
      const slice: Slice = {
        typed,
        elapsed,
        print,
        reach(address, a0 = 0n) {
          for (const { address: at, onHit } of breakpoints) {
            if (at === BigInt(address)) onHit?.({ ...hart, x: (r) => (r === 10 ? a0 : 0n) });
          }
        },
      };
      typed = '';
      return guest(slice) ?? { kind: 'budget' };
    },
    print,
  };
  return machine as unknown as FakeMachine;
}
