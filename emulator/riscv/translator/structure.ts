import { type Body, block, br, type Label, label, loop, type Stmt } from '../../wasm/index.ts';
import { dominates, type FlowGraph, type FlowNode } from './flow-graph.ts';
import type { Edge } from './region.ts';

/** Statements of one block; `follow` gives those that take an edge to another block or out. */
export type BlockWriter = (node: FlowNode, follow: (edge: Edge) => Body) => Body;

/**
 * Puts blocks into WebAssembly's structured control flow (Ramsey, "Beyond Relooper", 2022): a block
 * is written where its dominator ends; one with several ways to it follows a `block` that they leave.
 * @param exitTo statements that leave the region and continue at an address
 */
export function structure(
  graph: FlowGraph,
  write: BlockWriter,
  exitTo: (pc: number) => Body,
): Body {
  const starts = new Map<number, Label>();
  const ends = new Map<number, Label>();
  const at = (index: number): FlowNode => graph.nodes[index] as FlowNode;

  function tree(node: FlowNode): Body {
    const merges = node.dominated.filter((k) => at(k).isMerge).sort((a, b) => b - a);
    if (!node.isLoop) return within(node, merges);
    const start = label();
    starts.set(node.index, start);
    const body = within(node, merges);
    starts.delete(node.index);
    return [loop(start, body)];
  }

  /** The node's own code inside the blocks of the merges, the farthest outermost. */
  function within(node: FlowNode, merges: readonly number[]): Body {
    const [first, ...rest] = merges;
    if (first === undefined) return write(node, (edge) => follow(node, edge));
    const end = label();
    ends.set(first, end);
    const inner: Stmt = block(end, within(node, rest));
    ends.delete(first);
    return [inner, tree(at(first))];
  }

  function follow(from: FlowNode, edge: Edge): Body {
    const to = edge.block && graph.of.get(edge.block);
    if (!to) return exitTo(edge.pc);
    if (to.index <= from.index) {
      const start = starts.get(to.index);
      // A way back into the middle of a loop has no structured form: leave, and enter there anew.
      const natural = start && dominates(graph.nodes, to.index, from.index);
      return natural ? [br(start)] : exitTo(edge.pc);
    }
    if (!to.isMerge) return tree(to);
    const end = ends.get(to.index);
    return end ? [br(end)] : exitTo(edge.pc);
  }

  return tree(at(0));
}
