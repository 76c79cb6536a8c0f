import { asm, csrOperand } from '../../assemble.ts';
import { csrNumber } from '../../csrs.ts';
import type { Assembly } from './assembly.ts';

/** Privilege that the functions of a looping program run with. */
export type LoopingMode = 'machine' | 'supervisor';

/** Functions of a looping program: f0 … */
export const FUNCTIONS = 6;

export const [ra, sp] = [1, 2];
/** data of the hart, data of all, code */
export const [own, shared, code] = [8, 9, 4];
/** loop counters, saved by functions */
export const counters = [18, 19];
/** what random instructions compute with */
export const free = [5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17];

/** A CSR instruction on a register by name. */
export function csr(
  a: Assembly,
  instruction: 'csrrw' | 'csrrs',
  rd: number,
  name: string,
  rs1: number,
): void {
  a.put(asm(instruction, { rd, rs1, imm: csrOperand(csrNumber(name), rs1) }));
}
