import { describe, expect, test } from 'vitest';
import { asm } from '../assemble.ts';
import { decode } from '../decode.ts';
import { type DiscoveryLimits, discover } from './discover.ts';
import { dominates, flowGraph } from './flow-graph.ts';
import { type Region, successors } from './region.ts';

const BASE = 0x1000;
const LIMITS = { maxInsns: 100, maxDepth: 2 };

function regionOf(words: readonly number[], limits: DiscoveryLimits = LIMITS): Region | undefined {
  const read = (pc: number) => {
    const word = words[(pc - BASE) / 4];
    const found = word === undefined ? undefined : decode(word);
    return found && { pc, row: found.row, operands: found.operands, length: found.length };
  };
  return discover(BASE, read, limits);
}

/** Blocks as `pc+insns` (in words from the start), in reverse postorder. */
function shape(words: readonly number[], limits?: DiscoveryLimits): string[] {
  const region = regionOf(words, limits);
  if (!region) return [];
  return flowGraph(region).nodes.map(
    ({ block }) => `${(block.pc - BASE) / 4}+${block.insns.length}`,
  );
}

const nop = asm('addi');
const beq = (words: number) => asm('beq', { imm: 4 * words });
const jump = (words: number) => asm('jal', { imm: 4 * words });
const call = (words: number) => asm('jal', { rd: 1, imm: 4 * words });
const ret = asm('jalr', { rs1: 1 });

describe('blocks', () => {
  test('a jump into the middle cuts a block', () => {
    expect(shape([nop, nop, nop, beq(-2)])).toEqual(['0+1', '1+3']);
  });

  test('both ways of a branch, meeting again', () => {
    const words = [beq(3), nop, jump(2), nop, nop, ret];
    const region = regionOf(words);
    expect(shape(words)).toHaveLength(4);
    const graph = flowGraph(region as Region);
    const merge = graph.nodes.at(-1);
    expect(merge).toMatchObject({ isMerge: true, isLoop: false, dominator: 0 });
    expect(merge?.block.end.kind).toBe('indirect');
  });

  test('what cannot be read is left to the interpreter', () => {
    expect(regionOf([])).toBeUndefined();
    const region = regionOf([beq(100), nop]);
    expect(region?.entry.end).toMatchObject({
      kind: 'branch',
      taken: { pc: BASE + 400, block: undefined },
      next: { pc: BASE + 4 },
    });
  });

  test('the limit ends a region', () => {
    expect(shape(Array(50).fill(nop), { maxInsns: 7, maxDepth: 0 })).toEqual(['0+7']);
  });

  test('a page boundary starts a block', () => {
    const words = Array(1030).fill(nop);
    expect(shape(words, { maxInsns: 2000, maxDepth: 0 })).toEqual(['0+1024', '1024+6']);
  });
});

describe('calls', () => {
  // 0: call 3; 1: call 3; 2: ecall; 3: nop; 4: ret
  const twice = [call(3), call(2), asm('ecall'), nop, ret];

  test('the callee is repeated for each call, and returns to it', () => {
    expect(shape(twice)).toEqual(['0+1', '3+2', '1+1', '3+2', '2+1']);
  });

  test('without depth they leave', () => {
    const region = regionOf(twice, { maxInsns: 100, maxDepth: 0 });
    // the callee is then a plain jump away, and its return goes anywhere
    expect(successors(region?.entry as never)[0]?.end.kind).toBe('indirect');
  });

  test('a far call is followed by its constant', () => {
    const far = [
      asm('auipc', { rd: 1, imm: 0 }),
      asm('jalr', { rd: 1, rs1: 1, imm: 12 }),
      nop,
      ret,
    ];
    expect(shape(far)).toEqual(['0+2', '3+1', '2+2']);
  });
});

describe('dominators', () => {
  test('a loop with two ways inside', () => {
    // 0: nop; 1: beq →3; 2: nop; 3: beq →1; 4: ret
    const region = regionOf([nop, beq(2), nop, beq(-2), ret]) as Region;
    const { nodes } = flowGraph(region);
    const head = nodes.find(({ block }) => block.pc === BASE + 4);
    expect(head?.isLoop).toBe(true);
    for (const node of nodes) {
      expect(dominates(nodes, 0, node.index)).toBe(true);
      expect(dominates(nodes, head?.index ?? -1, node.index)).toBe(node.index !== 0);
    }
  });
});
