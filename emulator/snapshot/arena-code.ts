import {
  after,
  br,
  call,
  copy,
  type Expr,
  type FunctionRef,
  i32,
  i64,
  type Local,
  label,
  leave,
  loop,
  type ModuleBuilder,
  type Stmt,
  set,
  tee,
  when,
} from '../wasm/index.ts';
import {
  type ArenaLayout,
  CHUNK_BYTES,
  CHUNK_SLAB_HEADER,
  NODE_BYTES,
  NODE_SLAB_HEADER,
  SLAB_BYTES,
  WORD,
} from './arena-layout.ts';

/** Reads, writes and increments a word of the arena. */
export interface Words {
  get(word: number): Expr;
  set(word: number, value: Expr | number): Stmt;
  add(word: number, by: number): Stmt;
}

export function words({ base }: ArenaLayout): Words {
  const get = (word: number) => i32.load(0, base + word);
  const put = (word: number, value: Expr | number) => i32.store(0, value, base + word);
  return { get, set: put, add: (word, by) => put(word, i32.add(get(word), by)) };
}

const slabOf = (address: Expr): Expr => i32.and(address, -SLAB_BYTES);
/** Address of a node's reference count: one word per 64 bytes of the slab. */
export const nodeCount = (node: Expr): Expr =>
  i32.add(slabOf(node), i32.and(i32.shrU(node, 4), 0xffc));
/** Address of a chunk's reference count: one word per 256 bytes of the slab. */
export const chunkCount = (chunk: Expr): Expr =>
  i32.add(slabOf(chunk), i32.and(i32.shrU(chunk, 6), 0x3fc));

export const increment = (at: Expr): Stmt => i32.store(at, i32.add(i32.load(at), 1));

/** `for (index = 0; index < end; index += step) body` */
export function countUp(index: Local, end: Expr | number, step: number, body: Stmt[]): Stmt {
  const again = label();
  const upTo = typeof end === 'number' ? i32.const(end) : end;
  return [
    set(index, 0),
    when(i32.gtU(upTo, 0), [
      loop(again, [...body, when(i32.ltU(tee(index, i32.add(index, step)), upTo), [br(again)])]),
    ]),
  ];
}

export interface ArenaCode {
  /** () → node with count 1, contents undefined */
  allocateNode: FunctionRef;
  /** () → chunk with count 1, contents undefined */
  allocateChunk: FunctionRef;
  /** (chunk): gives one reference back; 0 is allowed */
  releaseChunk: FunctionRef;
  /** (node, level): gives one reference back; 0 is allowed */
  releaseNode: FunctionRef;
  /** (a, b) → 1 when the 256 bytes are equal */
  chunksEqual: FunctionRef;
  /** (source) → reference to a chunk with these 256 bytes; uniform ones are shared */
  makeChunk: FunctionRef;
  /** (slot, chunk): puts a chunk in a node's slot, with a reference of its own */
  setChunk: FunctionRef;
}

/** Allocation and reference counts. `newSlab` is the host's: () → address of 64 KiB of new memory. */
export function arenaCode(m: ModuleBuilder, layout: ArenaLayout, newSlab: FunctionRef): ArenaCode {
  const word = words(layout);

  function allocator(name: string, kind: 'node' | 'chunk'): FunctionRef {
    const [free, next, end, used] =
      kind === 'node'
        ? [WORD.nodeFree, WORD.nodeNext, WORD.nodeEnd, WORD.nodesUsed]
        : [WORD.chunkFree, WORD.chunkNext, WORD.chunkEnd, WORD.chunksUsed];
    const [sizeBytes, header] =
      kind === 'node' ? [NODE_BYTES, NODE_SLAB_HEADER] : [CHUNK_BYTES, CHUNK_SLAB_HEADER];
    return m.function(name, [], 'i32', (scope) => {
      const at = scope.local('i32');
      const takeFresh: Stmt[] = [
        when(i32.eq(word.get(next), word.get(end)), [
          set(at, call(newSlab)),
          word.set(next, i32.add(at, header)),
          word.set(end, i32.add(at, SLAB_BYTES)),
        ]),
        set(at, word.get(next)),
        word.set(next, i32.add(at, sizeBytes)),
      ];
      return [
        word.add(used, 1),
        when(tee(at, word.get(free)), [word.set(free, i32.load(at))], takeFresh),
        i32.store(kind === 'node' ? nodeCount(at) : chunkCount(at), 1),
        leave(at),
      ];
    });
  }

  const allocateNode = allocator('allocateNode', 'node');
  const allocateChunk = allocator('allocateChunk', 'chunk');

  const releaseChunk = m.function('releaseChunk', ['i32'], 'void', (scope) => {
    const chunk = scope.param(0);
    const count = scope.local('i32');
    return [
      when(i32.eqz(chunk), [leave()]),
      set(count, i32.sub(i32.load(chunkCount(chunk)), 1)),
      i32.store(chunkCount(chunk), count),
      when(i32.eqz(count), [
        i32.store(chunk, word.get(WORD.chunkFree)),
        word.set(WORD.chunkFree, chunk),
        word.add(WORD.chunksUsed, -1),
      ]),
    ];
  });

  const releaseNode = m.declare('releaseNode', ['i32', 'i32']);
  m.define(releaseNode, (scope) => {
    const [node, level] = [scope.param(0), scope.param(1)];
    const [count, at] = [scope.local('i32'), scope.local('i32')];
    const child = i32.load(i32.add(node, at));
    return [
      when(i32.eqz(node), [leave()]),
      set(count, i32.sub(i32.load(nodeCount(node)), 1)),
      i32.store(nodeCount(node), count),
      when(count, [leave()]),
      when(
        level,
        [countUp(at, NODE_BYTES, 4, [call(releaseNode, child, i32.sub(level, 1))])],
        [countUp(at, NODE_BYTES, 4, [call(releaseChunk, child)])],
      ),
      i32.store(node, word.get(WORD.nodeFree)),
      word.set(WORD.nodeFree, node),
      word.add(WORD.nodesUsed, -1),
    ];
  });

  const chunksEqual = m.function('chunksEqual', ['i32', 'i32'], 'i32', (scope) => {
    const [a, b] = [scope.param(0), scope.param(1)];
    const parts: Stmt[] = [];
    // two halves without a branch inside: faster than looking at every word, and half the work on change
    for (let half = 0; half < CHUNK_BYTES; half += CHUNK_BYTES / 2) {
      let difference: Expr = i64.const(0);
      for (let at = half; at < half + CHUNK_BYTES / 2; at += 8) {
        difference = i64.or(difference, i64.xor(i64.load(a, at), i64.load(b, at)));
      }
      parts.push(when(i32.eqz(i64.eqz(difference)), [leave(i32.const(0))]));
    }
    return [...parts, leave(i32.const(1))];
  });

  const uniform = m.function('uniform', ['i32', 'i64'], 'i32', (scope) => {
    const [source, value] = [scope.param(0), scope.param(1)];
    const at = scope.local('i32');
    return [
      countUp(at, CHUNK_BYTES, 8, [
        when(i64.ne(i64.load(i32.add(source, at)), value), [leave(i32.const(0))]),
      ]),
      leave(i32.const(1)),
    ];
  });

  const makeChunk = m.function('makeChunk', ['i32'], 'i32', (scope) => {
    const source = scope.param(0);
    const [chunk, slot] = [scope.local('i32'), scope.local('i32')];
    const first = scope.local('i64');
    const spread = i64.mul(i64.and(first, 0xff), 0x0101_0101_0101_0101n);
    const fresh = after([set(chunk, call(allocateChunk))], chunk);
    return [
      set(first, i64.load(source)),
      when(i64.eq(first, spread), [
        when(call(uniform, source, first), [
          when(i64.eqz(first), [leave(i32.const(0))]),
          // freed pages are filled with junk: one chunk per byte value serves them all
          set(slot, i32.shl(i32.and(i32.wrap(first), 0xff), 2)),
          set(chunk, i32.load(slot, layout.base + WORD.fills)),
          when(i32.eqz(chunk), [
            copy(fresh, source, CHUNK_BYTES),
            i32.store(slot, chunk, layout.base + WORD.fills),
          ]),
          increment(chunkCount(chunk)),
          leave(chunk),
        ]),
      ]),
      copy(fresh, source, CHUNK_BYTES),
      leave(chunk),
    ];
  });

  const setChunk = m.function('setChunk', ['i32', 'i32'], 'void', (scope) => {
    const [slot, chunk] = [scope.param(0), scope.param(1)];
    return [
      when(chunk, [increment(chunkCount(chunk))]),
      call(releaseChunk, i32.load(slot)),
      i32.store(slot, chunk),
    ];
  });

  return {
    allocateNode,
    allocateChunk,
    releaseChunk,
    releaseNode,
    chunksEqual,
    makeChunk,
    setChunk,
  };
}
