import { HOT, PAGE_SIZE, TLB_ENTRY_SIZE } from '../../machine/layout.ts';
import { type Body, br, type Expr, i32, i64, set, when } from '../../wasm/index.ts';
import { accessGroups } from './access-groups.ts';
import { byteLoop } from './byte-loop.ts';
import { writeByteLoop } from './byte-loop-writer.ts';
import type { CodePage } from './code-reader.ts';
import { type FlowGraph, type FlowNode, flowGraph } from './flow-graph.ts';
import { InsnWriter } from './insn-writer.ts';
import { type Edge, pageOf, type Region } from './region.ts';
import type { RegionScope } from './region-scope.ts';
import { structure } from './structure.ts';

/** The decoded page that a page of code was read from. */
export type DecodedPage = (page: number) => CodePage;

/** The body of a region's function. */
export function writeRegion(region: Region, scope: RegionScope, decoded: DecodedPage): Body {
  const graph = flowGraph(region);
  const exitTo = (pc: number): Body => scope.exitTo(pc);
  const write = (node: FlowNode, follow: (edge: Edge) => Body): Body => [
    pageGuard(graph, node, scope, decoded),
    writeBlock(node, scope, follow),
  ];
  return scope.frame(region.entry.pc, structure(graph, write, exitTo));
}

/**
 * Leaves when another page of code than the entry's is not mapped as it was. Within one visit a
 * mapping cannot change, so a block behind a checked one needs no check.
 */
function pageGuard(
  graph: FlowGraph,
  node: FlowNode,
  scope: RegionScope,
  decoded: DecodedPage,
): Body {
  const { pc } = node.block;
  const page = pageOf(pc);
  for (let at = node; at.index > 0; ) {
    at = graph.nodes[at.dominator] as FlowNode;
    if (pageOf(at.block.pc) === page) return [];
  }
  if (node.index === 0) return [];
  const entry = i32.add(i32.load(scope.h, HOT.fetchTlb), (page & 0xff) * TLB_ENTRY_SIZE);
  const table = scope.temp('i32');
  const { address, serial } = decoded(page);
  const content = BigInt(address) | (BigInt(serial) << 32n);
  const other = i64.ne(i64.load(table, 8), content);
  return [
    set(table, entry),
    when(i32.or(i64.ne(i64.load(table), page * PAGE_SIZE), other), scope.exitTo(pc)),
  ];
}

function writeBlock(node: FlowNode, scope: RegionScope, follow: (edge: Edge) => Body): Body {
  const { block } = node;
  const count = block.insns.length;
  const groups = accessGroups(block);
  const writer = new InsnWriter(scope);
  block.insns.forEach((insn, index) => {
    writer.write(insn, count - index, groups.get(index));
  });
  const loop = byteLoop(block);
  return [
    loop ? writeByteLoop(loop, count, scope) : [],
    when(i32.ltS(scope.left, count), scope.exitTo(block.pc)),
    set(scope.left, i32.sub(scope.left, count)),
    writer.body,
    writeEnd(node, writer.condition, scope, follow),
  ];
}

function writeEnd(
  { block: { end } }: FlowNode,
  condition: Expr | undefined,
  scope: RegionScope,
  follow: (edge: Edge) => Body,
): Body {
  switch (end.kind) {
    case 'goto':
      return follow(end.edge);
    case 'branch': {
      if (!condition) throw new Error('writeEnd: a branch without a condition');
      return [when(condition, follow(end.taken), follow(end.next))];
    }
    case 'indirect':
      return [br(scope.exit)];
    case 'expected':
      return [when(i64.ne(scope.pc, end.edge.pc), [br(scope.exit)]), follow(end.edge)];
    case 'system':
      return [];
  }
}
