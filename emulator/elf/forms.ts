import type { ByteReader } from './byte-reader.ts';
import { FORM } from './dwarf-constants.ts';
import type { Unit } from './dwarf-unit.ts';
import { ElfError } from './elf-error.ts';

export type AttributeValue = number | string | Uint8Array;

/**
 * Reads one attribute value (DWARF 5, section 7.5.4). References come back as .debug_info offsets; indexed and
 * offset strings, indexed addresses and range lists stay numbers, to be resolved with the unit's bases.
 */
export function readForm(
  r: ByteReader,
  form: number,
  unit: Unit,
  implicit: number,
): AttributeValue {
  const fixed = fixedSizeBytes(form, unit);
  switch (form) {
    case FORM.flagPresent:
      return 1;
    case FORM.implicitConst:
      return implicit;
    case FORM.string:
      return r.cstring();
    case FORM.sdata:
      return r.sleb();
    case FORM.udata:
    case FORM.strx:
    case FORM.addrx:
    case FORM.loclistx:
    case FORM.rnglistx:
      return r.uleb();
    case FORM.refUdata:
      return unit.offset + r.uleb();
    case FORM.ref1:
    case FORM.ref2:
    case FORM.ref4:
    case FORM.ref8:
      return unit.offset + r.unsigned(fixed);
    case FORM.data16:
    case FORM.refSig8:
      return r.block(fixed);
    case FORM.exprloc:
    case FORM.block:
      return r.block(r.uleb());
    case FORM.block1:
      return r.block(r.u8());
    case FORM.block2:
      return r.block(r.u16());
    case FORM.block4:
      return r.block(r.u32());
    case FORM.indirect:
      return readForm(r, checkDirect(r.uleb()), unit, 0);
    default:
      if (fixed < 0)
        throw new ElfError(`.debug_info: unknown attribute form 0x${form.toString(16)}`);
      return r.unsigned(fixed);
  }
}

/** As readForm, without making a value: most entries are only passed over. */
export function skipForm(r: ByteReader, form: number, unit: Unit): void {
  const fixed = fixedSizeBytes(form, unit);
  if (fixed >= 0) r.skip(fixed);
  else if (form === FORM.string) {
    while (r.u8() !== 0);
  } else readForm(r, form, unit, 0);
}

/** A form that names a form must name a real one, or a damaged file recurses without end. */
function checkDirect(form: number): number {
  if (form === FORM.indirect)
    throw new ElfError('.debug_info: an indirect form of an indirect form');
  return form;
}

/** The form's size in bytes, or -1 where the data tell it. */
function fixedSizeBytes(form: number, unit: Unit): number {
  switch (form) {
    case FORM.flagPresent:
    case FORM.implicitConst:
      return 0;
    case FORM.data1:
    case FORM.flag:
    case FORM.ref1:
    case FORM.strx1:
    case FORM.addrx1:
      return 1;
    case FORM.data2:
    case FORM.ref2:
    case FORM.strx2:
    case FORM.addrx2:
      return 2;
    case FORM.strx3:
    case FORM.addrx3:
      return 3;
    case FORM.data4:
    case FORM.ref4:
    case FORM.refSup4:
    case FORM.strx4:
    case FORM.addrx4:
      return 4;
    case FORM.data8:
    case FORM.ref8:
    case FORM.refSup8:
    case FORM.refSig8:
      return 8;
    case FORM.data16:
      return 16;
    case FORM.addr:
      return unit.addressBytes;
    case FORM.refAddr:
      // DWARF 2 gave it the size of an address.
      return unit.version <= 2 ? unit.addressBytes : unit.offsetBytes;
    case FORM.strp:
    case FORM.lineStrp:
    case FORM.secOffset:
    case FORM.strpSup:
    case FORM.gnuRefAlt:
    case FORM.gnuStrpAlt:
      return unit.offsetBytes;
    default:
      return -1;
  }
}
