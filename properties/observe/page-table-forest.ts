import { PTE_A, PTE_D, PTE_V, TABLE_ENTRIES } from '../../spec/sv39.ts';
import { PAGE_BYTES } from '../../spec/units.ts';
import type { GuestWords } from './guest-words.ts';
import { pageOfPte, pteIsLeaf } from './sv39.ts';

/** Told what appears in and vanishes from one page table. Pages are physical page numbers. */
export interface TableListener {
  table(page: number, present: boolean): void;
  /** A valid leaf for one 4 KiB page; superpages are told page by page. `low` is the entry's lower word. */
  leaf(va: number, page: number, low: number, present: boolean): void;
}

/** One page table as last read. */
export interface PageTable {
  readonly root: number;
  /** Why the table could not be walked whole; undefined when it could. */
  damaged: string | undefined;
}

/** All page tables of a guest, each page of which is compared only when it was written. */
export interface PageTableForest {
  /** Starts a new reading: what is planted from now on needs no update until the next. */
  begin(): void;
  plant(guest: GuestWords, rootPa: number, listener: TableListener): PageTable;
  fell(table: PageTable): void;
  /** Reads the pages of all tables that are among the written ones. */
  update(guest: GuestWords, written: Uint32Array): void;
}

interface Node {
  readonly page: number;
  readonly level: number;
  readonly va: number;
  readonly tree: Tree;
  /** The entries as last read, two words each. */
  readonly entries: Uint32Array;
  readonly children: Map<number, Node>;
  /** the reading in which the entries were compared last */
  readIn: number;
}

interface Tree extends PageTable {
  readonly listener: TableListener;
  nodes: number;
  top: Node | undefined;
}

/** More tables than 1 GiB of mapped 4 KiB pages needs: a table that leads back into itself. */
const MAX_NODES = 2048;
const SPAN_BYTES = [
  PAGE_BYTES,
  PAGE_BYTES * TABLE_ENTRIES,
  PAGE_BYTES * TABLE_ENTRIES * TABLE_ENTRIES,
] as const;

export function pageTableForest(): PageTableForest {
  const nodesAt = new Map<number, Node[]>();
  const pool: Uint32Array[] = [];
  let reading = 0;

  function grow(guest: GuestWords, tree: Tree, page: number, level: number, va: number) {
    if (!guest.contains(page * PAGE_BYTES, PAGE_BYTES)) {
      tree.damaged ??= `${describe(tree)} has a table at ${hex(page * PAGE_BYTES)}, outside RAM`;
      return undefined;
    }
    if (++tree.nodes > MAX_NODES) {
      tree.nodes--;
      tree.damaged ??= `${describe(tree)} has more than ${MAX_NODES} tables: it leads back into itself`;
      return undefined;
    }
    const entries = pool.pop() ?? new Uint32Array(TABLE_ENTRIES * 2);
    const children = new Map<number, Node>();
    const node: Node = { page, level, va, tree, entries, children, readIn: reading };
    const others = nodesAt.get(page);
    if (others === undefined) nodesAt.set(page, [node]);
    else others.push(node);
    tree.listener.table(page, true);
    compare(guest, node);
    return node;
  }

  function cut(node: Node): void {
    const { entries } = node;
    for (let i = 0; i < TABLE_ENTRIES; i++) {
      if (entries[i * 2]! & PTE_V) forget(node, i, entries[i * 2]!, entries[i * 2 + 1]!);
    }
    entries.fill(0);
    pool.push(entries);
    const others = nodesAt.get(node.page)!;
    if (others.length === 1) nodesAt.delete(node.page);
    else others.splice(others.indexOf(node), 1);
    node.tree.nodes--;
    node.tree.listener.table(node.page, false);
  }

  /** Brings a node's entries up to date, telling the listener what differs. */
  function compare(guest: GuestWords, node: Node): void {
    node.readIn = reading;
    const { entries } = node;
    const { words } = guest;
    const start = (node.page * PAGE_BYTES - guest.base) >>> 2;
    for (let i = 0; i < TABLE_ENTRIES * 2; i += 2) {
      const low = words[start + i]!;
      const high = words[start + i + 1]!;
      const [oldLow, oldHigh] = [entries[i]!, entries[i + 1]!];
      if (low === oldLow && high === oldHigh) continue;
      entries[i] = low;
      entries[i + 1] = high;
      // The hardware marks entries as used; that changes no mapping.
      if (high === oldHigh && ((low ^ oldLow) & ~(PTE_A | PTE_D)) === 0) continue;
      if (oldLow & PTE_V) forget(node, i >> 1, oldLow, oldHigh);
      if (low & PTE_V) learn(guest, node, i >> 1, low, high);
    }
  }

  function learn(guest: GuestWords, node: Node, index: number, low: number, high: number): void {
    const { tree, level } = node;
    const va = node.va + index * SPAN_BYTES[level]!;
    const page = pageOfPte(low, high);
    if (pteIsLeaf(low)) leaves(tree, va, page, low, level, true);
    else if (level > 0) {
      const child = grow(guest, tree, page, level - 1, va);
      if (child !== undefined) node.children.set(index, child);
    } else tree.damaged ??= `${describe(tree)} has an entry without R, W and X for ${hex(va)}`;
  }

  function forget(node: Node, index: number, low: number, high: number): void {
    const va = node.va + index * SPAN_BYTES[node.level]!;
    if (pteIsLeaf(low)) leaves(node.tree, va, pageOfPte(low, high), low, node.level, false);
    const child = node.children.get(index);
    if (child === undefined) return;
    node.children.delete(index);
    cut(child);
  }

  function leaves(
    tree: Tree,
    va: number,
    page: number,
    low: number,
    level: number,
    present: boolean,
  ) {
    if (level === 2) {
      tree.damaged ??= `${describe(tree)} maps 1 GiB at ${hex(va)} by one entry`;
      return;
    }
    const pages = level === 1 ? TABLE_ENTRIES : 1;
    for (let i = 0; i < pages; i++) {
      tree.listener.leaf(va + i * PAGE_BYTES, page + i, low, present);
    }
  }

  return {
    begin() {
      reading++;
    },
    plant(guest, rootPa, listener) {
      const tree: Tree = { root: rootPa, damaged: undefined, listener, nodes: 0, top: undefined };
      if (rootPa % PAGE_BYTES !== 0) {
        tree.damaged = `${describe(tree)} does not start on a page`;
      } else tree.top = grow(guest, tree, rootPa / PAGE_BYTES, 2, 0);
      return tree;
    },
    fell(table) {
      const tree = table as Tree;
      if (tree.top !== undefined) cut(tree.top);
      tree.top = undefined;
    },
    update(guest, written) {
      const nodes: Node[] = [];
      for (const page of written) nodes.push(...(nodesAt.get(page) ?? NO_NODES));
      // Tables before those they lead to: a page that is no table any more holds anything, and goes unread.
      nodes.sort((a, b) => b.level - a.level);
      for (const node of nodes) {
        if (node.readIn !== reading && nodesAt.get(node.page)?.includes(node)) compare(guest, node);
      }
    },
  };
}

const NO_NODES: readonly Node[] = [];

function describe(table: PageTable): string {
  return `the page table at ${hex(table.root)}`;
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
