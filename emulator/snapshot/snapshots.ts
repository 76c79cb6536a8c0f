import type { Snapshot } from '../machine/api.ts';
import { ModuleBuilder } from '../wasm/index.ts';
import { arenaCode } from './arena-code.ts';
import { type ArenaLayout, arenaLayout, CHUNK_BYTES, SLAB_BYTES, WORD } from './arena-layout.ts';
import { hashCode } from './hash-code.ts';
import { recencyCode } from './recency-code.ts';
import {
  readSnapshotFile,
  type SnapshotContents,
  type SnapshotHeader,
  writeSnapshotFile,
} from './snapshot-file.ts';
import type { SnapshotHost } from './snapshot-host.ts';
import { treeCode } from './tree-code.ts';

/** Slabs that the arena asks for at a time: growing detaches every view, so not too few. */
const SLABS_PER_GROWTH = 16;

interface ArenaExports {
  take(): number;
  restore(root: number): void;
  lookup(root: number, page: number): number;
  releaseNode(node: number, level: number): void;
  makeChunk(source: number): number;
  setChunk(slot: number, chunk: number): void;
  releaseChunk(chunk: number): void;
  ownPage(page: number): number;
  drain(): number;
  touch(page: number): void;
  since(epoch: number, destination: number): number;
  hash(): bigint;
}

export interface Snapshots {
  /** Keeps the state of now. Costs what changed since the last take or restore. */
  take(at: number): Snapshot;
  /** Makes the state what it was. Costs what differs. Throws on a released or foreign snapshot. */
  restore(snapshot: Snapshot): void;
  release(snapshot: Snapshot): void;
  /** 64-bit hash of pages and saved block; costs what changed since the last call. */
  hash(): bigint;
  /** Starts a new interval and returns its mark. */
  mark(): number;
  /** Pages (RAM's, then the disk's) that may differ from their contents at the mark, newest first. */
  writtenSince(mark: number): Uint32Array;
  /** The snapshot as a file that says what machine it is of. */
  save(snapshot: Snapshot, header: SnapshotHeader): Uint8Array;
  /** Throws SnapshotFileError when the file is not one, is damaged, or is of another machine. */
  load(file: Uint8Array, header: SnapshotHeader): Snapshot;
  /** Bytes of live nodes and chunks. */
  readonly usedBytes: number;
}

export function createSnapshots(host: SnapshotHost): Snapshots {
  const layout = arenaLayout(host.arenaOffset, host.pageCount, host.savedBytes);
  prepare(host, layout);
  const code = instantiate(host, layout);
  for (let page = host.filledFrom; page < host.pageCount; page++) markDirty(host, page);
  const roots = new Map<Snapshot, number>();
  let current: Snapshot | undefined;
  let nextId = 1;

  function word(offset: number): number {
    return new DataView(host.memory.buffer).getUint32(layout.base + offset, true);
  }

  function drain(): void {
    if (code.drain() > 0) host.dropWriteTranslations();
  }

  function rootOf(snapshot: Snapshot): number {
    const root = roots.get(snapshot);
    if (root === undefined) {
      throw new Error(`snapshot ${snapshot.id} was released or is of another machine`);
    }
    return root;
  }

  function add(root: number, parent: number | undefined, at: number): Snapshot {
    const made: Snapshot = { id: nextId++, parent, at };
    roots.set(made, root);
    return made;
  }

  function take(at: number): Snapshot {
    drain();
    current = add(code.take(), current?.id, at);
    return current;
  }

  function restore(snapshot: Snapshot): void {
    const root = rootOf(snapshot);
    drain();
    code.restore(root);
    host.pagesReplaced(layout.replacedList, word(WORD.replacedCount));
    host.savedReplaced();
    current = snapshot;
  }

  function release(snapshot: Snapshot): void {
    code.releaseNode(rootOf(snapshot), layout.levels);
    roots.delete(snapshot);
  }

  return {
    take,
    restore,
    release,
    hash() {
      drain();
      return BigInt.asUintN(64, code.hash());
    },
    mark() {
      drain();
      const epoch = word(WORD.epoch) + 1;
      new DataView(host.memory.buffer).setUint32(layout.base + WORD.epoch, epoch, true);
      return epoch;
    },
    writtenSince(mark) {
      drain();
      // the replaced list is free between restores
      const count = code.since(mark, layout.replacedList);
      return new Uint32Array(host.memory.buffer, layout.replacedList, count).slice();
    },
    save(snapshot, header) {
      const root = rootOf(snapshot);
      return writeSnapshotFile(
        header,
        snapshot.at,
        layout.treePages,
        new DataView(host.memory.buffer),
        (page) => code.lookup(root, page),
      );
    },
    load(file, header) {
      const contents = readSnapshotFile(file, header, layout.treePages);
      // build the tree in the place of the current one, whose owner returns afterwards
      const previous = current;
      const before = take(0);
      const chunks = makeChunks(host.memory, layout, code, contents);
      for (let page = 0; page < layout.treePages; page++) {
        const numbers = contents.pages.get(page);
        if (numbers === undefined && code.lookup(word(WORD.root), page) === 0) continue;
        const node = code.ownPage(page);
        for (let i = 0; i < 16; i++) code.setChunk(node + 4 * i, chunks[numbers?.[i] ?? 0]!);
      }
      for (const chunk of chunks) code.releaseChunk(chunk);
      const root = word(WORD.root);
      const view = new DataView(host.memory.buffer);
      // the current tree is `before`'s again; the reference to the new root is the loaded snapshot's
      view.setUint32(layout.base + WORD.root, rootOf(before), true);
      roots.delete(before);
      current = previous;
      return add(root, undefined, contents.at);
    },
    get usedBytes() {
      return word(WORD.nodesUsed) * 68 + word(WORD.chunksUsed) * 260;
    },
  };
}

/** A reference to each chunk of a file, by its number there. */
function makeChunks(
  memory: WebAssembly.Memory,
  layout: ArenaLayout,
  code: ArenaExports,
  contents: SnapshotContents,
): Uint32Array {
  const chunks = new Uint32Array(contents.chunkCount + 1);
  // the list of replaced pages is free between restores
  const scratch = layout.replacedList;
  let bytes = new Uint8Array(memory.buffer, scratch, CHUNK_BYTES);
  for (let number = 1; number <= contents.chunkCount; number++) {
    if (bytes.length === 0) bytes = new Uint8Array(memory.buffer, scratch, CHUNK_BYTES);
    bytes.set(contents.chunk(number));
    chunks[number] = code.makeChunk(scratch);
  }
  return chunks;
}

/** Puts a page on the core's dirty list, as a store of the guest would. */
function markDirty(host: SnapshotHost, page: number): void {
  const view = new DataView(host.memory.buffer);
  const flags = view.getUint8(host.pageFlagsOffset + page);
  if (flags & 1) return;
  view.setUint8(host.pageFlagsOffset + page, flags | 1);
  const count = view.getUint32(host.dirtyCountOffset, true);
  view.setUint32(host.dirtyListOffset + 4 * count, page, true);
  view.setUint32(host.dirtyCountOffset, count + 1, true);
}

/** Makes room for the tables and gives them their first values. */
function prepare({ memory, pageCount }: SnapshotHost, layout: ArenaLayout): void {
  const missing = layout.end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / SLAB_BYTES));
  const rows = (offset: number) => new Uint32Array(memory.buffer, offset, pageCount + 1);
  const view = new DataView(memory.buffer);
  view.setUint32(layout.base + WORD.epoch, 1, true);
  // a ring through every page and the head
  const [next, previous] = [rows(layout.next), rows(layout.previous)];
  for (let page = 0; page <= pageCount; page++) {
    next[page] = page === pageCount ? 0 : page + 1;
    previous[page] = page === 0 ? pageCount : page - 1;
  }
}

/** Index of the first new page of 64 KiB; throws where the address space of 4 GiB ends. */
function grow(memory: WebAssembly.Memory): number {
  try {
    return memory.grow(SLABS_PER_GROWTH);
  } catch {
    const mib = memory.buffer.byteLength / 2 ** 20;
    throw new Error(`the machine's memory cannot grow beyond ${mib} MiB: release some snapshots`);
  }
}

function instantiate(host: SnapshotHost, layout: ArenaLayout): ArenaExports {
  const { memory } = host;
  let free = 0;
  let end = 0;
  function newSlab(): number {
    if (free === end) {
      free = grow(memory) * SLAB_BYTES;
      end = free + SLABS_PER_GROWTH * SLAB_BYTES;
    }
    free += SLAB_BYTES;
    return free - SLAB_BYTES;
  }

  const m = new ModuleBuilder();
  m.importMemory('env', 'memory', 1);
  const newSlabRef = m.importFunction('env', 'newSlab', [], 'i32');
  const arena = arenaCode(m, layout, newSlabRef);
  const recency = recencyCode(m, host, layout);
  const tree = treeCode(m, host, layout, arena, recency);
  for (const it of [
    tree.take,
    tree.restore,
    tree.lookup,
    tree.ownPage,
    arena.releaseNode,
    arena.releaseChunk,
    arena.makeChunk,
    arena.setChunk,
    recency.drain,
    recency.touch,
    recency.since,
    hashCode(m, host, layout),
  ]) {
    m.exportFunction(it);
  }
  const module = new WebAssembly.Module(m.toBytes());
  const { exports } = new WebAssembly.Instance(module, { env: { memory, newSlab } });
  return exports as unknown as ArenaExports;
}
