import { ByteReader } from './byte-reader.ts';
import { FORM } from './dwarf-constants.ts';

/** One attribute of an abbreviation; `implicit` is DW_FORM_implicit_const's value. */
export interface AttributeSpec {
  readonly attribute: number;
  readonly form: number;
  readonly implicit: number;
}

/** A declaration of .debug_abbrev (DWARF 5, section 7.5.3): the shape that many entries share. */
export interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly attributes: readonly AttributeSpec[];
}

/** Reads the table at `offset` of .debug_abbrev: code to shape. */
export function parseAbbreviations(abbrev: Uint8Array, offset: number): Map<number, Abbreviation> {
  const table = new Map<number, Abbreviation>();
  const r = new ByteReader(abbrev, '.debug_abbrev', offset);
  for (let code = r.uleb(); code !== 0; code = r.done ? 0 : r.uleb()) {
    const tag = r.uleb();
    const hasChildren = r.u8() !== 0;
    const attributes: AttributeSpec[] = [];
    for (;;) {
      const attribute = r.uleb();
      const form = r.uleb();
      const implicit = form === FORM.implicitConst ? r.sleb() : 0;
      if (attribute === 0 && form === 0) break;
      attributes.push({ attribute, form, implicit });
    }
    table.set(code, { tag, hasChildren, attributes });
  }
  return table;
}
