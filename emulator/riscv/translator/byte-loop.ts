import type { Size } from '../sem.ts';
import type { Block, Insn } from './region.ts';
import { accessOf } from './row-access.ts';

/** One access of such a loop: at `register + distance` in the first round, `step` on in each. */
export interface LoopAccess {
  readonly insn: Insn;
  readonly base: number;
  readonly distance: number;
}

/**
 * A block that repeats itself and only fills or copies memory, as compilers make them of memset and
 * memmove: one store, perhaps the load of what it stores, and registers that advance by constants.
 */
export interface ByteLoop {
  readonly size: Size;
  /** +size or −size: how the accesses advance */
  readonly step: number;
  readonly store: LoopAccess;
  /** absent: the stored register does not change */
  readonly load: LoopAccess | undefined;
  /** registers that advance, with their steps */
  readonly steps: ReadonlyMap<number, number>;
  /** it repeats while left ≠ right, or left < right */
  readonly repeat: {
    readonly relation: 'ne' | 'ltS' | 'ltU';
    readonly left: number;
    readonly right: number;
    /** how much nearer left comes to right in each round, from below; negative: from above */
    readonly approach: number;
  };
}

const RELATIONS: Readonly<Record<string, ['taken' | 'next', 'ne' | 'ltS' | 'ltU']>> = {
  bne: ['taken', 'ne'],
  beq: ['next', 'ne'],
  blt: ['taken', 'ltS'],
  bge: ['next', 'ltS'],
  bltu: ['taken', 'ltU'],
  bgeu: ['next', 'ltU'],
};

/** Recognises such a block; undefined for any other. */
export function byteLoop(block: Block): ByteLoop | undefined {
  const branch = block.insns.at(-1);
  const body = block.insns.slice(0, -1);
  const repeating = branch && repetition(block, branch);
  const steps = repeating && advances(body);
  if (!steps) return undefined;
  const store = only(body, 'store');
  const load = only(body, 'load');
  if (!store || load === 'several' || store === 'several') return undefined;
  const [relation, left, right] = repeating;
  const isTemporary = (register: number) => register === load?.operands.rd;
  const approach = (steps.get(left) ?? 0) - (steps.get(right) ?? 0);
  if (isTemporary(left) || isTemporary(right) || approach === 0) return undefined;
  if (relation !== 'ne' && approach < 0) return undefined;
  const loop = accesses(body, steps, store, load);
  return loop && { ...loop, steps, repeat: { relation, left, right, approach } };
}

/** Under which condition a block that ends in this branch repeats itself. */
function repetition(
  block: Block,
  { row, operands }: Insn,
): ['ne' | 'ltS' | 'ltU', number, number] | undefined {
  const [edge, relation] = RELATIONS[row.name] ?? [];
  if (!edge || !relation || block.end.kind !== 'branch') return undefined;
  const other = edge === 'taken' ? 'next' : 'taken';
  if (block.end[edge].block !== block || block.end[other].block === block) return undefined;
  return [relation, operands.rs1, operands.rs2];
}

/** The registers that advance; undefined when the body does anything else besides accesses. */
function advances(body: readonly Insn[]): Map<number, number> | undefined {
  const steps = new Map<number, number>();
  for (const { row, operands } of body) {
    if (accessOf(row) && !row.float) continue;
    const { rd, rs1, imm } = operands;
    if (row.name !== 'addi' || rd !== rs1 || rd === 0 || steps.has(rd)) return undefined;
    steps.set(rd, imm);
  }
  return steps;
}

function only(body: readonly Insn[], kind: 'load' | 'store'): Insn | 'several' | undefined {
  const found = body.filter(({ row }) => accessOf(row)?.kind === kind);
  return found.length > 1 ? 'several' : found[0];
}

function accesses(
  body: readonly Insn[],
  steps: ReadonlyMap<number, number>,
  store: Insn,
  load: Insn | undefined,
): Pick<ByteLoop, 'size' | 'step' | 'store' | 'load'> | undefined {
  const size = accessOf(store.row)?.size ?? 1;
  const step = steps.get(store.operands.rs1) ?? 0;
  if (Math.abs(step) !== size) return undefined;
  const at = (insn: Insn): LoopAccess => {
    const base = insn.operands.rs1;
    const before = body.slice(0, body.indexOf(insn));
    const advanced = before.some(
      ({ row, operands }) => row.name === 'addi' && operands.rd === base,
    );
    const distance = insn.operands.imm + (advanced ? (steps.get(base) ?? 0) : 0);
    return { insn, base, distance };
  };
  const value = store.operands.rs2;
  if (!load) return steps.has(value) ? undefined : { size, step, store: at(store), load };
  const { rd, rs1 } = load.operands;
  const sameAdvance = steps.get(rs1) === step && accessOf(load.row)?.size === size;
  const passedOn = rd === value && rd !== 0 && body.indexOf(load) < body.indexOf(store);
  const separate = rd !== rs1 && rd !== store.operands.rs1 && !steps.has(rd);
  if (!sameAdvance || !passedOn || !separate) return undefined;
  return { size, step, store: at(store), load: at(load) };
}
