import { ByteReader } from './byte-reader.ts';
import { addressOf, type Die, indexedAddress, numberOf } from './die.ts';
import { AT, FORM } from './dwarf-constants.ts';
import type { DebugSections, Unit } from './dwarf-unit.ts';
import { ElfError } from './elf-error.ts';

/** Addresses from `low` up to, not including, `high`. */
export interface AddressRange {
  readonly low: number;
  readonly high: number;
}

export function contains(ranges: readonly AddressRange[], addr: number): boolean {
  return ranges.some((r) => addr >= r.low && addr < r.high);
}

/** The code that an entry covers: low_pc and high_pc, or a list of ranges. Empty when it has none. */
export function rangesOf(dwarf: DebugSections, die: Die, unitBase: number): AddressRange[] {
  const low = addressOf(dwarf, die, AT.lowPc);
  const found = die.attributes.get(AT.ranges);
  if (found !== undefined && typeof found.value === 'number') {
    return die.unit.version >= 5
      ? readRnglist(dwarf, die.unit, rnglistOffset(dwarf, die.unit, found), unitBase)
      : readOldRanges(dwarf, die.unit, found.value, unitBase);
  }
  const high = addressOf(dwarf, die, AT.highPc);
  if (low === undefined) return [];
  const end = high ?? low + (numberOf(die, AT.highPc) ?? 0);
  return end > low ? [{ low, high: end }] : [];
}

function rnglistOffset(
  dwarf: DebugSections,
  unit: Unit,
  found: { form: number; value: unknown },
): number {
  const value = found.value as number;
  if (found.form !== FORM.rnglistx) return value;
  const at = unit.bases.rnglists + value * unit.offsetBytes;
  const offset = new ByteReader(dwarf.rnglists, '.debug_rnglists', at).unsigned(unit.offsetBytes);
  return unit.bases.rnglists + offset;
}

/** .debug_ranges (DWARF 4, section 2.17.3): pairs, a base selected by an all-ones low, ended by zeros. */
function readOldRanges(
  dwarf: DebugSections,
  unit: Unit,
  offset: number,
  unitBase: number,
): AddressRange[] {
  const r = new ByteReader(dwarf.ranges, '.debug_ranges', offset);
  const selector = 2 ** (unit.addressBytes * 8);
  const ranges: AddressRange[] = [];
  for (let base = unitBase; ; ) {
    const low = r.unsigned(unit.addressBytes);
    const high = r.unsigned(unit.addressBytes);
    if (low === 0 && high === 0) return ranges;
    // All ones reads as 2^64 after rounding, and as 2^32 - 1 in 32 bits.
    if (low >= selector - 1) base = high;
    else if (high > low) ranges.push({ low: base + low, high: base + high });
  }
}

/** .debug_rnglists (DWARF 5, section 7.25). */
function readRnglist(
  dwarf: DebugSections,
  unit: Unit,
  offset: number,
  unitBase: number,
): AddressRange[] {
  const r = new ByteReader(dwarf.rnglists, '.debug_rnglists', offset);
  const address = () => r.unsigned(unit.addressBytes);
  const indexed = () => indexedAddress(dwarf, unit, r.uleb());
  const ranges: AddressRange[] = [];
  const add = (low: number, high: number) => {
    if (high > low) ranges.push({ low, high });
  };
  let base = unitBase;
  for (;;) {
    const kind = r.u8();
    switch (kind) {
      case 0: // end_of_list
        return ranges;
      case 1: // base_addressx
        base = indexed();
        break;
      case 2: // startx_endx
        add(indexed(), indexed());
        break;
      case 3: {
        // startx_length
        const low = indexed();
        add(low, low + r.uleb());
        break;
      }
      case 4: // offset_pair
        add(base + r.uleb(), base + r.uleb());
        break;
      case 5: // base_address
        base = address();
        break;
      case 6: // start_end
        add(address(), address());
        break;
      case 7: {
        // start_length
        const low = address();
        add(low, low + r.uleb());
        break;
      }
      default:
        throw new ElfError(`.debug_rnglists: unknown entry kind ${kind}`);
    }
  }
}
