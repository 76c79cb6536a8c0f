import { RAM_BASE } from './memory-map.ts';

/** Guest RAM as a device reaches it: every address is checked, nothing outside RAM is touched. */
export interface DmaMemory {
  /** Offset in the machine's memory of `sizeBytes` bytes at `pa`; throws VirtqueueError outside RAM. */
  at(pa: number, sizeBytes: number, write: boolean): number;
  view(): DataView;
}

/** The guest's queue cannot be understood; the device stops until it is reset (Virtio 1.2, 2.1.2). */
export class VirtqueueError extends Error {}

/** One buffer of a request: where it is and who writes it. */
export interface Buffer {
  pa: number;
  sizeBytes: number;
  deviceWrites: boolean;
}

/** Where a split virtqueue is (Virtio 1.2, 2.7); physical addresses and the number of entries. */
export interface QueueAddresses {
  size: number;
  descriptors: number;
  available: number;
  used: number;
}

const DESCRIPTOR_BYTES = 16;
const FLAG_NEXT = 1;
const FLAG_DEVICE_WRITES = 2;
const FLAG_INDIRECT = 4;
const AVAILABLE_NO_INTERRUPT = 1;

export function dmaMemory(
  ramOffset: number,
  ramBytes: number,
  view: () => DataView,
  dma: (pa: number, sizeBytes: number, write: boolean) => void,
): DmaMemory {
  return {
    at(pa, sizeBytes, write) {
      if (pa < RAM_BASE || pa + sizeBytes > RAM_BASE + ramBytes) {
        throw new VirtqueueError(`0x${pa.toString(16)}+${sizeBytes} is outside RAM`);
      }
      dma(pa, sizeBytes, write);
      return ramOffset + pa - RAM_BASE;
    },
    view,
  };
}

export function availableIndex(memory: DmaMemory, queue: QueueAddresses): number {
  return memory.view().getUint16(memory.at(queue.available + 2, 2, false), true);
}

export function wantsInterrupt(memory: DmaMemory, queue: QueueAddresses): boolean {
  const flags = memory.view().getUint16(memory.at(queue.available, 2, false), true);
  return (flags & AVAILABLE_NO_INTERRUPT) === 0;
}

/** Head of the descriptor chain in the available ring's entry `index` (free-running). */
export function availableHead(memory: DmaMemory, queue: QueueAddresses, index: number): number {
  const entry = queue.available + 4 + 2 * (index % queue.size);
  return memory.view().getUint16(memory.at(entry, 2, false), true);
}

/** The buffers of the chain from `head`, at most as many as the queue has entries: a cycle is an error. */
export function chain(memory: DmaMemory, queue: QueueAddresses, head: number): Buffer[] {
  const buffers: Buffer[] = [];
  let index = head;
  for (;;) {
    if (index >= queue.size) throw new VirtqueueError(`descriptor ${index} of ${queue.size}`);
    if (buffers.length === queue.size) throw new VirtqueueError('the descriptor chain has a cycle');
    const at = memory.at(queue.descriptors + DESCRIPTOR_BYTES * index, DESCRIPTOR_BYTES, false);
    const view = memory.view();
    const flags = view.getUint16(at + 12, true);
    if (flags & FLAG_INDIRECT) throw new VirtqueueError('indirect descriptors were not offered');
    buffers.push({
      // exact below 2^53; beyond that it is outside RAM whatever the lost bits say
      pa: view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32,
      sizeBytes: view.getUint32(at + 8, true),
      deviceWrites: (flags & FLAG_DEVICE_WRITES) !== 0,
    });
    if ((flags & FLAG_NEXT) === 0) return buffers;
    index = view.getUint16(at + 14, true);
  }
}

/** Hands the chain back to the driver with the number of bytes written into it. */
export function pushUsed(
  memory: DmaMemory,
  queue: QueueAddresses,
  head: number,
  writtenBytes: number,
): void {
  const indexAt = memory.at(queue.used + 2, 2, true);
  const index = memory.view().getUint16(indexAt, true);
  const entry = memory.at(queue.used + 4 + 8 * (index % queue.size), 8, true);
  const view = memory.view();
  view.setUint32(entry, head, true);
  view.setUint32(entry + 4, writtenBytes, true);
  view.setUint16(indexAt, (index + 1) & 0xffff, true);
}
