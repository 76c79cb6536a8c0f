import type { Hart, Machine } from '../../emulator/machine/api.ts';

const INTERRUPT = 1n << 63n;

/** Does the first instruction of the hart's trap handler trap, so that it never gets any further? */
function loops(hart: Hart): boolean {
  const level = hart.privilege === 3 ? 'm' : 's';
  const vector = hart.csr(`${level}tvec`) & ~3n;
  if (hart.pc !== vector || hart.privilege === 0) return false;
  const exception = (hart.csr(`${level}cause`) & INTERRUPT) === 0n;
  return exception && hart.csr(`${level}epc`) === vector;
}

/**
 * A sentence about a hart that traps for ever, as one does whose kernel jumps into nothing before it has
 * set a handler; undefined when there is none.
 */
export function trapLoop(machine: Machine): string | undefined {
  const hart = machine.harts.find(loops);
  if (!hart) return undefined;
  const level = hart.privilege === 3 ? 'm' : 's';
  return (
    `hart ${hart.index} traps for ever: the first instruction of its trap handler, at ` +
    `0x${hart.pc.toString(16)}, traps with ${level}cause ${hart.csr(`${level}cause`)}; ` +
    'is RAM smaller than the kernel believes (--memory)?'
  );
}
