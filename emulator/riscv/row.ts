import type { FormatName } from './formats.ts';
import type { Sem } from './sem.ts';

/** How an instruction can leave the straight line; absent: only by a trap. */
type Flow = 'branch' | 'jal' | 'jalr' | 'system';

/** One instruction of the manuals, said once. Everything else is derived from the rows. */
export interface Row {
  /** mnemonic, as the manual writes it */
  readonly name: string;
  /** fixed bits, most significant first: 0, 1, or - for an operand's bit; spaces are for the eye */
  readonly pattern: string;
  /** where the operands are */
  readonly format: FormatName;
  /** operands as assembly writes them: rd rs1 rs2 rs3 imm (rs1) csr uimm target; f for float registers */
  readonly assembly: string;
  /** section of the RISC-V manuals */
  readonly section: string;
  readonly flow?: Flow;
  /** registers that are floating-point ones */
  readonly float?: readonly ('rd' | 'rs1' | 'rs2' | 'rs3')[];
  readonly semantics: (s: Sem) => void;
}

/** A 16-bit instruction: it means what a 32-bit one means (Unprivileged manual, C). */
export interface CompressedRow {
  readonly name: string;
  /** 16 bits */
  readonly pattern: string;
  readonly section: string;
  /** name of the instruction that it stands for */
  readonly expandsTo: string;
  /** its operands; undefined for a reserved encoding */
  readonly operands: (word: number) => Operands | undefined;
}

/** Operands of a decoded instruction: register numbers and the immediate. */
export interface Operands {
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  /** i32; CSR instructions: number | uimm << 12; rounding mode | rs3 << 3 for floating point */
  readonly imm: number;
}

/** Fixed bits of a pattern: `(word & mask) === value`. */
export function patternBits(pattern: string): { mask: number; value: number; length: number } {
  const bits = pattern.replaceAll(' ', '');
  let mask = 0;
  let value = 0;
  for (const bit of bits) {
    mask = (mask << 1) | (bit === '-' ? 0 : 1);
    value = (value << 1) | (bit === '1' ? 1 : 0);
  }
  return { mask: mask >>> 0, value: value >>> 0, length: bits.length };
}
