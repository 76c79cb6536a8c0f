import type { Row } from '../row.ts';
import type { Size } from '../sem.ts';
import type { Block } from './region.ts';
import { accessOf } from './row-access.ts';

/**
 * Accesses of one block at constant distances from one register that does not change between them,
 * as a function saves its registers. The TLB is asked once for all of them.
 */
export interface AccessGroup {
  readonly kind: 'load' | 'store';
  readonly base: number;
  /** greatest size among the accesses: what the base must be a multiple of */
  readonly alignment: Size;
  /** least distance from the base, a multiple of the alignment */
  readonly lowest: number;
  /** bytes from the lowest distance to the end of the last access */
  readonly spanBytes: number;
}

interface Open {
  readonly kind: 'load' | 'store';
  readonly base: number;
  readonly members: { index: number; imm: number; size: Size }[];
}

/** Fewer accesses than this are cheaper one by one. */
const LEAST_MEMBERS = 2;
/** More bytes than this are not taken for one object. */
const MOST_BYTES = 1024;

/** The group of each instruction of a block that is in one, by its position. */
export function accessGroups(block: Block): Map<number, AccessGroup> {
  const groups = new Map<number, AccessGroup>();
  const open = new Map<string, Open>();
  const close = (key: string): void => {
    const group = open.get(key);
    open.delete(key);
    if (group && group.members.length >= LEAST_MEMBERS) finish(group, groups);
  };
  block.insns.forEach(({ row, operands }, index) => {
    const access = accessOf(row);
    if (access && operands.rs1 !== 0) {
      const key = `${access.kind} ${operands.rs1}`;
      add(open, key, { kind: access.kind, base: operands.rs1 }, index, operands.imm, access.size);
    }
    if (writesRd(row) && operands.rd !== 0) {
      close(`load ${operands.rd}`);
      close(`store ${operands.rd}`);
    }
  });
  for (const key of [...open.keys()]) close(key);
  return groups;
}

const writesRd = (row: Row): boolean => !row.float?.includes('rd');

function add(
  open: Map<string, Open>,
  key: string,
  what: { kind: 'load' | 'store'; base: number },
  index: number,
  imm: number,
  size: Size,
): void {
  if (imm % size !== 0) return;
  const group = open.get(key) ?? { ...what, members: [] };
  group.members.push({ index, imm, size });
  open.set(key, group);
}

function finish({ kind, base, members }: Open, groups: Map<number, AccessGroup>): void {
  const alignment = Math.max(...members.map((m) => m.size)) as Size;
  const least = Math.min(...members.map((m) => m.imm));
  const lowest = Math.floor(least / alignment) * alignment;
  const spanBytes = Math.max(...members.map((m) => m.imm + m.size)) - lowest;
  if (spanBytes > MOST_BYTES) return;
  const group: AccessGroup = { kind, base, alignment, lowest, spanBytes };
  for (const { index } of members) groups.set(index, group);
}
