import type { Operands, Row } from '../row.ts';

/** An instruction at its virtual address (signed, as sign extension gives it). */
export interface Insn {
  readonly pc: number;
  readonly row: Row;
  readonly operands: Operands;
  /** bytes it takes */
  readonly length: 2 | 4;
}

/** A way out of a block: to another block of the region, or out of it when there is none. */
export interface Edge {
  readonly pc: number;
  readonly block: Block | undefined;
}

/** How a block ends, after its last instruction. */
export type Terminator =
  | { readonly kind: 'goto'; readonly edge: Edge }
  /** the last instruction is a conditional branch */
  | { readonly kind: 'branch'; readonly taken: Edge; readonly next: Edge }
  /** the last instruction jumps to an address that only the run knows */
  | { readonly kind: 'indirect' }
  /** as `indirect`, and the address is most likely this: a return from a followed call, a far jump */
  | { readonly kind: 'expected'; readonly edge: Edge }
  /** the last instruction leaves the region by itself */
  | { readonly kind: 'system' };

/** Instructions that run in a row. A call's body belongs to the block's calling context. */
export interface Block {
  readonly pc: number;
  readonly insns: readonly Insn[];
  end: Terminator;
}

/** What is translated as one function: blocks reached from the first one. */
export interface Region {
  readonly entry: Block;
  readonly insnCount: number;
}

export const pageOf = (pc: number): number => Math.floor(pc / 4096);

/** The blocks that follow a block within its region, in order of likelihood. */
export function successors(block: Block): Block[] {
  const { end } = block;
  switch (end.kind) {
    case 'goto':
    case 'expected':
      return present(end.edge.block);
    case 'branch':
      return [...present(end.taken.block), ...present(end.next.block)];
    default:
      return [];
  }
}

const present = (block: Block | undefined): Block[] => (block ? [block] : []);
