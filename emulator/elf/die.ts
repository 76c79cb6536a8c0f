import type { Abbreviation } from './abbreviations.ts';
import { ByteReader } from './byte-reader.ts';
import { AT, FORM } from './dwarf-constants.ts';
import { type DebugSections, signatureKey, type Unit } from './dwarf-unit.ts';
import { ElfError } from './elf-error.ts';
import { type AttributeValue, readForm, skipForm } from './forms.ts';

/** A debugging information entry with its attributes, as read from .debug_info at `offset`. */
export interface Die {
  readonly unit: Unit;
  readonly offset: number;
  readonly tag: number;
  readonly hasChildren: boolean;
  /** Offset of what follows: its first child, or its sibling when it has none. */
  readonly next: number;
  readonly attributes: ReadonlyMap<number, { form: number; value: AttributeValue }>;
}

export function readDie(dwarf: DebugSections, unit: Unit, offset: number): Die | undefined {
  const r = new ByteReader(dwarf.info, '.debug_info', offset, unit.end);
  const abbreviation = abbreviationOf(r, unit);
  return abbreviation && readBody(r, unit, offset, abbreviation);
}

/** The entry at a .debug_info offset that another entry refers to. */
export function dieAt(dwarf: DebugSections, offset: number): Die | undefined {
  const unit = unitContaining(dwarf.units, offset);
  return unit && readDie(dwarf, unit, offset);
}

/** What to do at an entry during a walk: read it, or pass over its attributes. */
export type Wanted = (tag: number, depth: number) => boolean;

/**
 * Walks the entries below `from` (or all of a unit from its root) in order. `visit` gets the wanted ones with
 * their depth (the start has 0); others are only skipped over.
 */
export function walkDies(
  dwarf: DebugSections,
  unit: Unit,
  from: number,
  wanted: Wanted,
  visit: (die: Die, depth: number) => void,
): void {
  const r = new ByteReader(dwarf.info, '.debug_info', from, unit.end);
  let depth = 0;
  do {
    const offset = r.position;
    const abbreviation = abbreviationOf(r, unit);
    if (abbreviation === undefined) depth--;
    else {
      if (wanted(abbreviation.tag, depth)) {
        visit(readBody(r, unit, offset, abbreviation), depth);
      } else for (const spec of abbreviation.attributes) skipForm(r, spec.form, unit);
      if (abbreviation.hasChildren) depth++;
    }
  } while (depth > 0 && !r.done);
}

function abbreviationOf(r: ByteReader, unit: Unit): Abbreviation | undefined {
  const code = r.uleb();
  if (code === 0) return undefined;
  const abbreviation = unit.abbreviations.get(code);
  if (abbreviation === undefined) {
    throw new ElfError(`.debug_info: an entry has abbreviation ${code}, which its unit lacks`);
  }
  return abbreviation;
}

function readBody(r: ByteReader, unit: Unit, offset: number, abbreviation: Abbreviation): Die {
  const attributes = new Map<number, { form: number; value: AttributeValue }>();
  for (const { attribute, form, implicit } of abbreviation.attributes) {
    attributes.set(attribute, { form, value: readForm(r, form, unit, implicit) });
  }
  const { tag, hasChildren } = abbreviation;
  return { unit, offset, tag, hasChildren, next: r.position, attributes };
}

function unitContaining(units: readonly Unit[], offset: number): Unit | undefined {
  let low = 0;
  let high = units.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (units[middle]!.offset <= offset) low = middle + 1;
    else high = middle;
  }
  const unit = units[low - 1];
  return unit && offset >= unit.firstDie && offset < unit.end ? unit : undefined;
}

/** A constant; undefined when absent or of another class. */
export function numberOf(die: Die, attribute: number): number | undefined {
  const value = die.attributes.get(attribute)?.value;
  return typeof value === 'number' ? value : undefined;
}

export function blockOf(die: Die, attribute: number): Uint8Array | undefined {
  const value = die.attributes.get(attribute)?.value;
  return value instanceof Uint8Array ? value : undefined;
}

/** A string in any of its forms (DWARF 5, section 7.5.5, class string). */
export function stringOf(dwarf: DebugSections, die: Die, attribute: number): string | undefined {
  const found = die.attributes.get(attribute);
  if (found === undefined) return undefined;
  const { form, value } = found;
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return undefined;
  switch (form) {
    case FORM.strp:
      return new ByteReader(dwarf.str, '.debug_str', value).cstring();
    case FORM.lineStrp:
      return new ByteReader(dwarf.lineStr, '.debug_line_str', value).cstring();
    case FORM.strx:
    case FORM.strx1:
    case FORM.strx2:
    case FORM.strx3:
    case FORM.strx4: {
      const { offsetBytes, bases } = die.unit;
      const at = bases.strOffsets + value * offsetBytes;
      const offset = new ByteReader(dwarf.strOffsets, '.debug_str_offsets', at);
      return new ByteReader(dwarf.str, '.debug_str', offset.unsigned(offsetBytes)).cstring();
    }
    default:
      return undefined;
  }
}

/** An address, direct or through .debug_addr; undefined when absent or a constant. */
export function addressOf(dwarf: DebugSections, die: Die, attribute: number): number | undefined {
  const found = die.attributes.get(attribute);
  if (found === undefined || typeof found.value !== 'number') return undefined;
  switch (found.form) {
    case FORM.addr:
      return found.value;
    case FORM.addrx:
    case FORM.addrx1:
    case FORM.addrx2:
    case FORM.addrx3:
    case FORM.addrx4:
      return indexedAddress(dwarf, die.unit, found.value);
    default:
      return undefined;
  }
}

export function indexedAddress(dwarf: DebugSections, unit: Unit, index: number): number {
  const at = unit.bases.addr + index * unit.addressBytes;
  return new ByteReader(dwarf.addr, '.debug_addr', at).unsigned(unit.addressBytes);
}

/** The entry that an attribute refers to, in this unit, another one or a type unit. */
export function referenceOf(dwarf: DebugSections, die: Die, attribute: number): Die | undefined {
  const found = die.attributes.get(attribute);
  if (found === undefined) return undefined;
  if (found.form === FORM.refSig8 && found.value instanceof Uint8Array) {
    const signature = signatureKey(found.value);
    const unit = dwarf.units.find((u) => u.type?.signature === signature);
    return unit?.type && readDie(dwarf, unit, unit.type.offset);
  }
  return typeof found.value === 'number' ? dieAt(dwarf, found.value) : undefined;
}

/** How many specification and origin links an entry may be away from its name. */
const MAX_LINKS = 8;

/**
 * The entry itself and those it completes: a definition names its declaration by DW_AT_specification, a
 * concrete function its abstract one by DW_AT_abstract_origin; what one lacks the next tells.
 */
export function withOrigins(dwarf: DebugSections, die: Die): Die[] {
  const chain = [die];
  for (let current: Die | undefined = die; chain.length < MAX_LINKS; ) {
    const at: number = current.attributes.has(AT.specification)
      ? AT.specification
      : AT.abstractOrigin;
    current = referenceOf(dwarf, current, at);
    if (current === undefined) break;
    chain.push(current);
  }
  return chain;
}

/** The entry's name, its own or its origin's. */
export function nameOf(dwarf: DebugSections, die: Die): string | undefined {
  for (const each of withOrigins(dwarf, die)) {
    const name = stringOf(dwarf, each, AT.name);
    if (name !== undefined) return name;
  }
  return undefined;
}
