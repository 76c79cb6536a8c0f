import type { BoardHost, Device } from './bus.ts';

const FAIL = 0x3333;
const PASS = 0x5555;
const RESET = 0x7777;

/**
 * SiFive's test finisher: the guest ends the run with a status. A reset also ends it, with status 0,
 * as QEMU's `-no-reboot` does. Other values do nothing.
 */
export function createFinisher(host: BoardHost): Device {
  return {
    load(_offset, size) {
      return size === 4 || size === 2 ? 0n : undefined;
    },
    store(offset, size, value) {
      if (size !== 4 && size !== 2) return false;
      if (offset !== 0) return true;
      const status = Number(value & 0xffffn);
      if (status === PASS || status === RESET) host.exit(0);
      else if (status === FAIL) host.exit(Number((value >> 16n) & 0xffffn));
      return true;
    },
  };
}
