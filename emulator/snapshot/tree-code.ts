import {
  call,
  copy,
  type Expr,
  type FunctionRef,
  i32,
  type Local,
  leave,
  type ModuleBuilder,
  type Stmt,
  set,
  when,
} from '../wasm/index.ts';
import { type ArenaCode, chunkCount, countUp, increment, nodeCount, words } from './arena-code.ts';
import {
  type ArenaLayout,
  CHUNK_BYTES,
  NODE_BYTES,
  OWN,
  PAGE_BYTES,
  WORD,
} from './arena-layout.ts';
import type { RecencyCode } from './recency-code.ts';
import type { SnapshotHost } from './snapshot-host.ts';

export interface TreeCode {
  /** () → root of the state of now, with a reference for the caller */
  take: FunctionRef;
  /** (root): makes memory what it was, and lists the pages it rewrote */
  restore: FunctionRef;
  /** (root, page) → the page's node, 0 when it is all zero */
  lookup: FunctionRef;
  /** (page) → the page's node in the tree of now, owned by it alone */
  ownPage: FunctionRef;
}

/** Taking and restoring: both cost what differs, never the size of memory. */
export function treeCode(
  m: ModuleBuilder,
  host: SnapshotHost,
  layout: ArenaLayout,
  arena: ArenaCode,
  recency: RecencyCode,
): TreeCode {
  const word = words(layout);
  const { levels } = layout;

  const slotOffset = (page: Expr, level: number): Expr =>
    i32.shl(i32.and(i32.shrU(page, 4 * (level - 1)), 15), 2);

  const lookup = m.function('lookup', ['i32', 'i32'], 'i32', (scope) => {
    const [node, page] = [scope.param(0), scope.param(1)];
    const steps: Stmt[] = [];
    for (let level = levels; level > 0; level--) {
      steps.push(set(node, i32.load(i32.add(node, slotOffset(page, level)))));
    }
    return [...steps, leave(node)];
  });

  /** (node, level) → the same node when nobody else has it, or a copy; takes over the reference */
  const own = m.function('own', ['i32', 'i32'], 'i32', (scope) => {
    const [node, level] = [scope.param(0), scope.param(1)];
    const [made, at, child] = [scope.local('i32'), scope.local('i32'), scope.local('i32')];
    const share = when(child, [
      when(level, [increment(nodeCount(child))], [increment(chunkCount(child))]),
    ]);
    return [
      when(node, [when(i32.eq(i32.load(nodeCount(node)), 1), [leave(node)])]),
      set(made, call(arena.allocateNode)),
      countUp(at, NODE_BYTES, 4, [
        set(child, i32.load(i32.add(node, at))),
        i32.store(i32.add(made, at), child),
        share,
      ]),
      when(node, [i32.store(nodeCount(node), i32.sub(i32.load(nodeCount(node)), 1))]),
      leave(made),
    ];
  });

  const ownPage = m.function('ownPage', ['i32'], 'i32', (scope) => {
    const page = scope.param(0);
    const [node, slot] = [scope.local('i32'), scope.local('i32')];
    const steps: Stmt[] = [
      set(node, call(own, word.get(WORD.root), levels)),
      word.set(WORD.root, node),
    ];
    for (let level = levels; level > 0; level--) {
      steps.push(
        set(slot, i32.add(node, slotOffset(page, level))),
        set(node, call(own, i32.load(slot), level - 1)),
        i32.store(slot, node),
      );
    }
    return [...steps, leave(node)];
  });

  /** (page, address, end): brings the tree's page up to date, of chunks before byte `end` */
  const takePage = m.function('takePage', ['i32', 'i32', 'i32'], 'void', (scope) => {
    const [page, address, end] = [scope.param(0), scope.param(1), scope.param(2)];
    const [node, at, slot, owned] = [
      scope.local('i32'),
      scope.local('i32'),
      scope.local('i32'),
      scope.local('i32'),
    ];
    const source = i32.add(address, at);
    const find = set(slot, i32.add(node, i32.shrU(at, 6)));
    return [
      set(node, call(lookup, word.get(WORD.root), page)),
      countUp(at, end, CHUNK_BYTES, [
        find,
        when(i32.eqz(call(arena.chunksEqual, source, i32.load(slot))), [
          when(i32.eqz(owned), [set(node, call(ownPage, page)), set(owned, 1), find]),
          call(arena.releaseChunk, i32.load(slot)),
          i32.store(slot, call(arena.makeChunk, source)),
        ]),
      ]),
    ];
  });

  /** For each page of the saved block: its number in the tree, its address and how much of it counts. */
  function savedPages(visit: (page: number, address: number, sizeBytes: number) => Stmt): Stmt[] {
    const out: Stmt[] = [];
    for (let from = 0; from < host.savedBytes; from += PAGE_BYTES) {
      const sizeBytes = Math.min(PAGE_BYTES, host.savedBytes - from);
      const page = host.pageCount + from / PAGE_BYTES;
      out.push(visit(page, host.savedOffset + from, sizeBytes));
    }
    return out;
  }

  const pageAddress = (page: Expr): Expr => i32.add(i32.shl(page, 12), host.pagesOffset);
  const ownByte = (page: Expr): Expr => i32.load8u(page, layout.own);
  const setOwnByte = (page: Expr, value: Expr): Stmt => i32.store8(page, value, layout.own);
  const listed = (list: number, index: Local): Expr => i32.load(i32.shl(index, 2), list);

  const take = m.function('take', [], 'i32', (scope) => {
    const [index, page] = [scope.local('i32'), scope.local('i32')];
    return [
      countUp(index, word.get(WORD.changedCount), 1, [
        set(page, listed(layout.changedList, index)),
        setOwnByte(page, i32.and(ownByte(page), ~OWN.changed)),
        call(takePage, page, pageAddress(page), PAGE_BYTES),
      ]),
      word.set(WORD.changedCount, 0),
      // the root of an empty tree is a node too, so that it can be counted
      when(i32.eqz(word.get(WORD.root)), [word.set(WORD.root, call(own, 0, levels))]),
      ...savedPages((number, address, sizeBytes) => call(takePage, number, address, sizeBytes)),
      increment(nodeCount(word.get(WORD.root))),
      leave(word.get(WORD.root)),
    ];
  });

  const copyPage = m.function('copyPage', ['i32', 'i32', 'i32'], 'void', (scope) => {
    const [address, node, end] = [scope.param(0), scope.param(1), scope.param(2)];
    const at = scope.local('i32');
    return [
      countUp(at, end, CHUNK_BYTES, [
        copy(i32.add(address, at), i32.load(i32.add(node, i32.shrU(at, 6))), CHUNK_BYTES),
      ]),
    ];
  });

  const replaced = (page: Expr): Stmt => [
    i32.store(i32.shl(word.get(WORD.replacedCount), 2), page, layout.replacedList),
    word.add(WORD.replacedCount, 1),
  ];

  /** (page, from, to): rewrites the chunks in which a page that is unchanged since `from` differs */
  const patchPage = m.function('patchPage', ['i32', 'i32', 'i32'], 'void', (scope) => {
    const [page, from, to] = [scope.param(0), scope.param(1), scope.param(2)];
    const [at, chunk] = [scope.local('i32'), scope.local('i32')];
    const target = i32.add(pageAddress(page), i32.shl(at, 6));
    return [
      // the saved block is copied whole, and changed pages were rewritten already
      when(i32.geU(page, host.pageCount), [leave()]),
      when(i32.and(ownByte(page), OWN.restored), [leave()]),
      replaced(page),
      countUp(at, NODE_BYTES, 4, [
        set(chunk, i32.load(i32.add(to, at))),
        when(i32.ne(chunk, i32.load(i32.add(from, at))), [copy(target, chunk, CHUNK_BYTES)]),
      ]),
    ];
  });

  /** (from, to, level, index): patches every page in which two subtrees differ */
  const patch = m.declare('patch', ['i32', 'i32', 'i32', 'i32']);
  m.define(patch, (scope) => {
    const [from, to, level] = [scope.param(0), scope.param(1), scope.param(2)];
    const index = scope.param(3);
    const [at, a, b] = [scope.local('i32'), scope.local('i32'), scope.local('i32')];
    const below = i32.or(i32.shl(index, 4), i32.shrU(at, 2));
    return [
      when(i32.eqz(level), [call(patchPage, index, from, to), leave()]),
      countUp(at, NODE_BYTES, 4, [
        set(a, i32.load(i32.add(from, at))),
        set(b, i32.load(i32.add(to, at))),
        when(i32.ne(a, b), [call(patch, a, b, i32.sub(level, 1), below)]),
      ]),
    ];
  });

  const restore = m.function('restore', ['i32'], 'void', (scope) => {
    const root = scope.param(0);
    const [index, page, old] = [scope.local('i32'), scope.local('i32'), scope.local('i32')];
    return [
      word.set(WORD.replacedCount, 0),
      countUp(index, word.get(WORD.changedCount), 1, [
        set(page, listed(layout.changedList, index)),
        setOwnByte(page, i32.or(i32.and(ownByte(page), ~OWN.changed), OWN.restored)),
        call(copyPage, pageAddress(page), call(lookup, root, page), PAGE_BYTES),
        replaced(page),
      ]),
      word.set(WORD.changedCount, 0),
      set(old, word.get(WORD.root)),
      when(i32.ne(old, root), [call(patch, old, root, levels, 0)]),
      ...savedPages((number, address, sizeBytes) =>
        call(copyPage, address, call(lookup, root, number), sizeBytes),
      ),
      countUp(index, word.get(WORD.replacedCount), 1, [
        set(page, listed(layout.replacedList, index)),
        setOwnByte(page, i32.and(ownByte(page), ~OWN.restored)),
        call(recency.touch, page),
      ]),
      increment(nodeCount(root)),
      word.set(WORD.root, root),
      call(arena.releaseNode, old, levels),
    ];
  });

  return { take, restore, lookup, ownPage };
}
