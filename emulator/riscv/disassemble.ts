import { decode } from './decode.ts';
import type { Operands, Row } from './row.ts';

const integerNames = [
  ...['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1'],
  ...['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'],
  ...['s2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6'],
];

const floatNames = [
  ...['ft0', 'ft1', 'ft2', 'ft3', 'ft4', 'ft5', 'ft6', 'ft7', 'fs0', 'fs1', 'fa0', 'fa1'],
  ...['fa2', 'fa3', 'fa4', 'fa5', 'fa6', 'fa7', 'fs2', 'fs3', 'fs4', 'fs5', 'fs6', 'fs7'],
  ...['fs8', 'fs9', 'fs10', 'fs11', 'ft8', 'ft9', 'ft10', 'ft11'],
];

/** ABI name of an integer register (RISC-V calling convention, 1.1). */
export const registerName = (register: number): string => integerNames[register] ?? `x${register}`;

/**
 * Assembly text of the instruction at `pc`; compressed ones are written as what they stand for.
 * @param word 32 bits from its address on
 * @param csrName name of a CSR number, if the caller knows
 */
export function disassemble(
  word: number,
  pc: bigint = 0n,
  csrName: (number: number) => string | undefined = () => undefined,
): string {
  const decoded = decode(word);
  if (!decoded) {
    const short = (word & 3) !== 3;
    const bits = short ? word & 0xffff : word >>> 0;
    return `${short ? '.half' : '.word'} 0x${bits.toString(16).padStart(short ? 4 : 8, '0')}`;
  }
  const { row, operands } = decoded;
  const text = row.assembly.replace(/rd|rs[123]|imm|uimm|csr|target/g, (field) =>
    operandText(row, operands, field, pc, csrName),
  );
  return text === '' ? row.name : `${row.name} ${text}`;
}

function operandText(
  row: Row,
  o: Operands,
  field: string,
  pc: bigint,
  csrName: (number: number) => string | undefined,
): string {
  switch (field) {
    case 'rd':
    case 'rs1':
    case 'rs2':
    case 'rs3': {
      const register = field === 'rs3' ? o.imm >>> 3 : o[field];
      const name = row.float?.includes(field) ? floatNames[register] : registerName(register);
      return name ?? `${register}`;
    }
    case 'imm':
      return row.format === 'U' ? `0x${((o.imm >>> 12) & 0xfffff).toString(16)}` : `${o.imm}`;
    case 'uimm':
      return `${o.imm >>> 12}`;
    case 'csr':
      return csrName(o.imm & 0xfff) ?? `0x${(o.imm & 0xfff).toString(16)}`;
    default:
      return `0x${BigInt.asUintN(64, pc + BigInt(o.imm)).toString(16)}`;
  }
}
