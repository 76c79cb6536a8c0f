import { csrName, csrNumber } from '../riscv/csrs.ts';
import type { Hart, Privilege } from './api.ts';
import type { CoreExports } from './exports.ts';
import { HART, hartAddress } from './layout.ts';
import type { PageWalker } from './page-walker.ts';
import type { Views } from './views.ts';

/** One hart from outside. */
export function createHart(
  index: number,
  views: Views,
  core: CoreExports,
  walker: PageWalker,
): Hart {
  const h = hartAddress(index);

  function knownCsr(name: string | number): number {
    if (typeof name === 'string') return csrNumber(name);
    if (csrName(name) === undefined) {
      throw new RangeError(`csr: no register 0x${name.toString(16)}`);
    }
    return name;
  }

  function register(number: number): number {
    if (!(Number.isInteger(number) && number >= 0 && number < 32)) {
      throw new RangeError(`no register ${number}`);
    }
    return h + HART.x + number * 8;
  }

  return {
    index,
    get pc() {
      return views.u64(h + HART.pc);
    },
    set pc(value) {
      views.setU64(h + HART.pc, value & ~1n);
      views.setU64(h + HART.resumePc, -1n);
    },
    get privilege() {
      return views.u32(h + HART.privilege) as Privilege;
    },
    set privilege(value) {
      views.setU32(h + HART.privilege, value);
      core.selectContexts(h);
    },
    x(number) {
      return views.u64(register(number));
    },
    setX(number, value) {
      if (number !== 0) views.setU64(register(number), value);
    },
    f(number) {
      return views.u64(register(number) - HART.x + HART.f);
    },
    csr(name) {
      return BigInt.asUintN(64, core.csrRead(h, knownCsr(name)));
    },
    setCsr(name, value) {
      core.csrWrite(h, knownCsr(name), BigInt.asIntN(64, value));
    },
    get waiting() {
      return views.u32(h + HART.waiting) !== 0;
    },
    translate(va, kind) {
      return walker(h, BigInt.asUintN(64, va), kind);
    },
  };
}
