import { rowIndex } from './decode.ts';
import { formats } from './formats.ts';
import { type Operands, patternBits } from './row.ts';
import { rows } from './rows/index.ts';

/**
 * Encodes one 32-bit instruction: `asm('addi', { rd: 10, rs1: 0, imm: 5 })`.
 * @throws RangeError for an unknown mnemonic, or an operand that does not fit
 */
export function asm(name: string, operands: Partial<Operands> = {}): number {
  const index = rowIndex(name);
  if (index === undefined) throw new RangeError(`asm: no instruction ${name}`);
  const row = rows[index]!;
  const { rd = 0, rs1 = 0, rs2 = 0, imm = 0 } = operands;
  for (const register of [rd, rs1, rs2]) {
    if (!(register >= 0 && register < 32)) throw new RangeError(`asm: register ${register}`);
  }
  const { mask, value } = patternBits(row.pattern);
  const bits = formats[row.format].encode({ rd, rs1, rs2, imm });
  return (value | (bits & ~mask)) >>> 0;
}

/** Operand `imm` of a CSR instruction: the register's number, and the immediate source if any. */
export const csrOperand = (number: number, uimm = 0): number => number | (uimm << 12);
