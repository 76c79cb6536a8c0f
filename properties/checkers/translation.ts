import type { Hart } from '../../emulator/machine/api.ts';
import type { Mapping } from '../../spec/ownership.ts';
import { PTE_U, PTE_W } from '../../spec/sv39.ts';
import { type Checker, type Disagreement, hex, pageAddress, type StepView } from './checker.ts';

const ROOT_MASK = (1n << 44n) - 1n;
const NONE: readonly Mapping[] = [];

/**
 * No hart holds a translation that its page table no longer grants: of pages that the step unmapped,
 * moved or write-protected. Only a machine whose TLB keeps entries until they are flushed (mode
 * `strict`) can show one.
 */
export const translation: Checker = {
  clause: 'translation',
  observe(view) {
    for (const hart of view.machine.harts) {
      const slot = hart.privilege === 0 ? slotOn(view, hart) : undefined;
      if (slot === undefined) continue;
      const before = view.sharingBefore.mappings.get(slot) ?? NONE;
      const after = view.sharing.mappings.get(slot) ?? NONE;
      const stale = before === after ? undefined : findStale(hart, before, after);
      if (stale !== undefined) return stale;
    }
    return undefined;
  },
};

/** Slot whose page table the hart uses. */
function slotOn({ observed, slots }: StepView, hart: Hart): number | undefined {
  const root = Number(hart.csr('satp') & ROOT_MASK);
  const process = observed.processes.find(({ tables }) => tables[0] === root);
  const slot = slots.findIndex(({ pid }) => pid === process?.pid);
  return slot < 0 ? undefined : slot;
}

function findStale(
  hart: Hart,
  before: readonly Mapping[],
  after: readonly Mapping[],
): Disagreement | undefined {
  const now = new Map<number, Mapping>(after.map((mapping) => [mapping.va, mapping]));
  for (const old of before) {
    const { va } = old;
    const current = now.get(va);
    if (current?.ppn === old.ppn && current.flags === old.flags) continue;
    const load = hart.translate(BigInt(va), 'load');
    if (load !== undefined && pageAddress(current?.ppn ?? -1) !== load) {
      const wanted = current ? `page ${hex(pageAddress(current.ppn))}` : 'nowhere';
      return disagreement(hart, va, `loads at ${hex(va)} lead to ${wanted}`, load);
    }
    const writable = current && (current.flags & PTE_W) !== 0 && (current.flags & PTE_U) !== 0;
    const store = writable ? undefined : hart.translate(BigInt(va), 'store');
    if (store !== undefined) return disagreement(hart, va, `stores at ${hex(va)} fault`, store);
  }
  return undefined;
}

const disagreement = (hart: Hart, va: number, expected: string, pa: number): Disagreement => ({
  message:
    `hart ${hart.index} still translates ${hex(va)} as before the step: ` +
    `sfence.vma is missing; expected that ${expected}`,
  expected,
  received: `a translation to page ${hex(pa)}`,
  page: pa,
});
