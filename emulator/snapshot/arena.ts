import { ModuleBuilder } from '../wasm/index.ts';
import { arenaCode } from './arena-code.ts';
import { type ArenaLayout, SLAB_BYTES, WORD } from './arena-layout.ts';
import { hashCode } from './hash-code.ts';
import { recencyCode } from './recency-code.ts';
import type { SnapshotHost } from './snapshot-host.ts';
import { treeCode } from './tree-code.ts';

/** Slabs that the arena asks for at a time: growing detaches every view, so not too few. */
const SLABS_PER_GROWTH = 16;

/** The generated functions; the files named `…-code.ts` say what each does. */
export interface ArenaExports {
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

/** Puts the arena in order in the machine's memory and compiles its code. */
export function createArena(host: SnapshotHost, layout: ArenaLayout): ArenaExports {
  prepare(host, layout);
  for (let page = host.filledFrom; page < host.pageCount; page++) markDirty(host, page);
  return instantiate(host, layout);
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
