import type { BoardHost, Device } from './bus.ts';

/** ACLINT's software interrupts read back the bit they drive. */
const MSIP_OFFSET = 0;
const MTIMECMP_OFFSET = 0x4000;
const MTIME_OFFSET = 0xbff8;

const LOW = 0xffff_ffffn;

/** Replaces the addressed half (or the whole) of a 64-bit register. */
function merge(old: bigint, offset: number, size: number, value: bigint): bigint {
  if (size === 8) return BigInt.asUintN(64, value);
  return offset & 4
    ? (old & LOW) | ((value & LOW) << 32n)
    : (old & ~LOW & 0xffff_ffff_ffff_ffffn) | (value & LOW);
}

function part(register: bigint, offset: number, size: number): bigint {
  if (size === 8) return register;
  return offset & 4 ? register >> 32n : register & LOW;
}

/**
 * The core-local interruptor: machine software interrupts and the machine timer (SiFive CLINT 0, whose
 * map ACLINT's MSWI and MTIMER devices keep: RISC-V ACLINT specification, chapters 2 and 3).
 *
 * @param msip Pending machine software interrupts, a word a hart, in the board's state.
 */
export function createClint(
  host: BoardHost,
  msip: { get(hart: number): number; set(hart: number, level: number): void },
): Device {
  function register(
    offset: number,
  ): { hart: number; kind: 'msip' | 'mtimecmp' | 'mtime' } | undefined {
    if (offset >= MTIME_OFFSET) return { hart: 0, kind: 'mtime' };
    const kind = offset < MTIMECMP_OFFSET ? 'msip' : 'mtimecmp';
    const hart = kind === 'msip' ? (offset - MSIP_OFFSET) >> 2 : (offset - MTIMECMP_OFFSET) >> 3;
    return hart < host.harts ? { hart, kind } : undefined;
  }

  return {
    load(offset, size) {
      if (size < 4) return undefined;
      const it = register(offset);
      if (it === undefined) return 0n;
      if (it.kind === 'msip') return BigInt(msip.get(it.hart));
      return part(it.kind === 'mtime' ? host.mtime() : host.mtimecmp(it.hart), offset, size);
    },
    store(offset, size, value) {
      if (size < 4) return false;
      const it = register(offset);
      if (it === undefined) return true;
      if (it.kind === 'msip') msip.set(it.hart, Number(value & 1n));
      else if (it.kind === 'mtime') host.setMtime(merge(host.mtime(), offset, size, value));
      else host.setMtimecmp(it.hart, merge(host.mtimecmp(it.hart), offset, size, value));
      return true;
    },
  };
}
