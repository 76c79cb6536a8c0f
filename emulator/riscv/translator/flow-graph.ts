import { type Block, type Region, successors } from './region.ts';

/** A block's place in the region's flow. Numbers are positions in reverse postorder. */
export interface FlowNode {
  readonly block: Block;
  readonly index: number;
  readonly predecessors: number[];
  /** the last block that every way here passes; its own index for the entry */
  dominator: number;
  /** blocks whose dominator this is */
  readonly dominated: number[];
  /** an edge from a block that it dominates comes here */
  isLoop: boolean;
  /** several edges from before it come here */
  isMerge: boolean;
}

export interface FlowGraph {
  readonly nodes: readonly FlowNode[];
  readonly of: ReadonlyMap<Block, FlowNode>;
}

/** Orders the blocks and finds dominators (Cooper, Harvey and Kennedy), loops and merges. */
export function flowGraph(region: Region): FlowGraph {
  const nodes = reversePostorder(region.entry).map(
    (block, index): FlowNode => ({
      block,
      index,
      predecessors: [],
      dominator: index === 0 ? 0 : -1,
      dominated: [],
      isLoop: false,
      isMerge: false,
    }),
  );
  const of = new Map(nodes.map((node) => [node.block, node]));
  for (const node of nodes) {
    for (const next of successors(node.block)) of.get(next)?.predecessors.push(node.index);
  }
  findDominators(nodes);
  for (const node of nodes) classify(nodes, node);
  return { nodes, of };
}

function reversePostorder(entry: Block): Block[] {
  const seen = new Set([entry]);
  const postorder: Block[] = [];
  const stack = [{ block: entry, rest: successors(entry) }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = top.rest.shift();
    if (!next) {
      postorder.push(top.block);
      stack.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      stack.push({ block: next, rest: successors(next) });
    }
  }
  return postorder.reverse();
}

function findDominators(nodes: readonly FlowNode[]): void {
  const at = (index: number): FlowNode => nodes[index] as FlowNode;
  const common = (left: number, right: number): number => {
    let a = left;
    let b = right;
    while (a !== b) {
      while (a > b) a = at(a).dominator;
      while (b > a) b = at(b).dominator;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of nodes.slice(1)) {
      let dominator = -1;
      for (const p of node.predecessors) {
        if (at(p).dominator >= 0) dominator = dominator < 0 ? p : common(p, dominator);
      }
      if (dominator !== node.dominator) {
        node.dominator = dominator;
        changed = true;
      }
    }
  }
}

function classify(nodes: readonly FlowNode[], node: FlowNode): void {
  if (node.index > 0) nodes[node.dominator]?.dominated.push(node.index);
  let forward = 0;
  for (const p of node.predecessors) {
    if (p < node.index) forward++;
    else if (dominates(nodes, node.index, p)) node.isLoop = true;
  }
  node.isMerge = forward > 1;
}

/** Does every way to `b` pass `a`? */
export function dominates(nodes: readonly FlowNode[], a: number, b: number): boolean {
  let at = b;
  while (at > a) at = nodes[at]?.dominator ?? 0;
  return at === a;
}
