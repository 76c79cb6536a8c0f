import { type BoardHost, type Device, MIP_SSIP } from './bus.ts';

/**
 * ACLINT's supervisor software interrupts (RISC-V ACLINT specification, chapter 4): writing 1 to a
 * hart's word sets its SSIP once; the register itself reads as 0.
 */
export function createSswi(host: BoardHost): Device {
  return {
    load(_offset, size) {
      return size === 4 ? 0n : undefined;
    },
    store(offset, size, value) {
      if (size !== 4) return false;
      const hart = offset >> 2;
      if (hart < host.harts && (value & 1n) !== 0n) host.setInterrupt(hart, MIP_SSIP, true);
      return true;
    },
  };
}
