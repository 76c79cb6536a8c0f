import { contains, rangesOf } from './address-ranges.ts';
import { type Die, nameOf, numberOf, walkDies } from './die.ts';
import { AT, TAG } from './dwarf-constants.ts';
import type { DebugSections } from './dwarf-unit.ts';

export interface InlinedCall {
  /** The inlined function. */
  readonly name: string;
  /** Where it was called: a file number of the unit's line table, and a line. */
  readonly callFile: number;
  readonly callLine: number;
}

/** The calls inlined into function `owner` that cover addr, outermost first (DWARF 5, section 3.3.8.2). */
export function inlinedCallsAt(
  dwarf: DebugSections,
  owner: Die,
  addr: number,
  unitBase: number,
): InlinedCall[] {
  const calls: InlinedCall[] = [];
  if (!owner.hasChildren) return calls;
  // Entries come in depth-first order, so those that cover addr form one path.
  walkDies(
    dwarf,
    owner.unit,
    owner.offset,
    (tag) => tag === TAG.inlinedSubroutine,
    (die) => {
      if (!contains(rangesOf(dwarf, die, unitBase), addr)) return;
      calls.push({
        name: nameOf(dwarf, die) ?? '',
        callFile: numberOf(die, AT.callFile) ?? 0,
        callLine: numberOf(die, AT.callLine) ?? 0,
      });
    },
  );
  return calls;
}
