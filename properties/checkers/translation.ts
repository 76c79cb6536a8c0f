import { PTE_U, PTE_W } from '../../spec/sv39.ts';
import { type Checker, hex, pageAddress } from './checker.ts';

const ROOT_MASK = (1n << 44n) - 1n;

/**
 * No hart holds a writable translation that its page table no longer grants. Only a machine whose TLB
 * keeps entries until they are flushed (mode `strict`) can show one.
 */
export const translation: Checker = {
  clause: 'translation',
  observe({ machine, observed }) {
    for (const hart of machine.harts) {
      if (hart.privilege !== 0) continue;
      const root = Number(hart.csr('satp') & ROOT_MASK);
      const process = observed.processes.find((p) => p.tables[0] === root);
      if (process === undefined) continue;
      for (const { va, ppn, flags } of process.mappings.slice(0, PAGES_LOOKED_AT)) {
        if ((flags & PTE_W) !== 0 && (flags & PTE_U) !== 0) continue;
        const pa = hart.translate(BigInt(va), 'store');
        if (pa === undefined) continue;
        return {
          message:
            `hart ${hart.index} still translates stores at ${hex(va)}, ` +
            'which its page table no longer lets it write: sfence.vma is missing',
          expected: `a fault for stores at ${hex(va)}`,
          received: `a translation to ${hex(pa)}`,
          page: pageAddress(ppn),
        };
      }
    }
    return undefined;
  },
};
const PAGES_LOOKED_AT = 64;
