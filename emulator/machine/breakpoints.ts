import type { Breakpoint, Privilege } from './api.ts';
import { BREAK_OFFSETS_BASE, BREAKPOINTS_BASE, CORE, MAX_BREAKPOINTS } from './layout.ts';
import type { Views } from './views.ts';

/** The armed breakpoints, and their table in the core's memory. */
export interface Breakpoints {
  add(breakpoint: Breakpoint): number;
  remove(id: number): void;
  /** Those of an address and privilege, oldest first. */
  at(pc: bigint, privilege: Privilege): { id: number; breakpoint: Breakpoint }[];
}

const ANY_PRIVILEGE = 0b1011;

/**
 * @param changed the first breakpoint at a page offset came, or the last one went
 */
export function createBreakpoints(views: Views, changed: (address: bigint) => void): Breakpoints {
  const armed = new Map<number, Breakpoint>();
  let nextId = 1;

  function rewrite(): void {
    let entry = BREAKPOINTS_BASE;
    for (const { address, privilege } of armed.values()) {
      views.setU64(entry, address);
      views.setU32(entry + 8, privilege === undefined ? ANY_PRIVILEGE : 1 << privilege);
      entry += 16;
    }
    views.setU32(CORE.breakpoints, armed.size);
  }

  const offsetOf = (address: bigint): number => Number(address & 0xffen);

  /** Whether any breakpoint is at the page offset of this address. */
  function flag(address: bigint): void {
    const flagged = [...armed.values()].some(
      (other) => offsetOf(other.address) === offsetOf(address),
    );
    const at = BREAK_OFFSETS_BASE + offsetOf(address) / 2;
    const value = flagged ? 1 : 0;
    if (views.bytes[at] === value) return;
    views.bytes[at] = value;
    changed(address);
  }

  return {
    add(breakpoint) {
      if (armed.size === MAX_BREAKPOINTS) {
        throw new RangeError(`addBreakpoint: all ${MAX_BREAKPOINTS} are in use`);
      }
      if ((breakpoint.address & 1n) !== 0n) {
        throw new RangeError(`addBreakpoint: odd address 0x${breakpoint.address.toString(16)}`);
      }
      const id = nextId++;
      armed.set(id, { ...breakpoint, address: BigInt.asUintN(64, breakpoint.address) });
      rewrite();
      flag(breakpoint.address);
      return id;
    },
    remove(id) {
      const breakpoint = armed.get(id);
      if (!breakpoint) return;
      armed.delete(id);
      rewrite();
      flag(breakpoint.address);
    },
    at(pc, privilege) {
      return [...armed]
        .filter(([, b]) => b.address === pc && (b.privilege ?? privilege) === privilege)
        .map(([id, breakpoint]) => ({ id, breakpoint }));
    },
  };
}
