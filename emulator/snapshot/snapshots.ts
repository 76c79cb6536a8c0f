import type { Snapshot } from '../machine/api.ts';
import { type ArenaExports, createArena } from './arena.ts';
import { type ArenaLayout, arenaLayout, CHUNK_BYTES, WORD } from './arena-layout.ts';
import {
  readSnapshotFile,
  type SnapshotContents,
  type SnapshotHeader,
  writeSnapshotFile,
} from './snapshot-file.ts';
import type { SnapshotHost } from './snapshot-host.ts';

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
  const code = createArena(host, layout);
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
