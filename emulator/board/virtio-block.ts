import { blockRequest, type Disk, SECTOR_BYTES } from './block-request.ts';
import { type BoardState, VIRTIO_WORDS } from './board-state.ts';
import type { BoardHost, Device, DiskDriver } from './bus.ts';
import { VIRTIO } from './memory-map.ts';
import { LAST_WORD, REGISTER, STATUS_WRITTEN, VERSION_READ, WORD } from './virtio-registers.ts';
import {
  availableHead,
  availableIndex,
  chain,
  dmaMemory,
  pushUsed,
  type QueueAddresses,
  VirtqueueError,
  wantsInterrupt,
} from './virtqueue.ts';

const MAGIC = 0x7472_6976; // "virt"
const VENDOR = 0x554d_4551; // "QEMU", which kernels check for
const BLOCK_DEVICE = 2;
const QUEUE_MAX = 1024;
/** of a legacy queue whose driver sets none, as xv6's: QEMU's default */
const DEFAULT_ALIGN = 4096;

/** Feature bits (Virtio 1.2, 5.2.3 and 6). */
const FEATURES_LOW = (1 << 2) | (1 << 6) | (1 << 9); // SEG_MAX, BLK_SIZE, FLUSH
const FEATURES_HIGH = 1; // VERSION_1
const SEG_MAX = 254;

const STATUS_FEATURES_OK = 8;
const STATUS_NEEDS_RESET = 0x40;
const INTERRUPT_USED = 1;
const INTERRUPT_CONFIG = 2;

export interface VirtioBlock extends Device {
  driver(): DiskDriver;
}

/**
 * A virtio block device behind virtio-mmio, registers of version 1 (legacy) or 2 (Virtio 1.2, 4.2),
 * one queue, requests carried out at once. A queue that makes no sense stops the device until the
 * driver resets it; nothing outside RAM is read or written.
 */
export function createVirtioBlock(
  host: BoardHost,
  state: BoardState,
  raise: (irq: number) => void,
): VirtioBlock {
  const legacy = host.virtioVersion === 1;
  const present = host.diskBytes > 0;
  const memory = dmaMemory(host.ramOffset, host.ramBytes, state.all, host.dma);
  const disk: Disk = {
    sizeBytes: host.diskBytes,
    offset: host.diskOffset,
    willWrite: host.diskWrite,
  };

  function interrupt(reason: number): void {
    state.words()[WORD.interruptStatus]! |= reason;
    raise(VIRTIO.irq);
  }

  function addresses(): QueueAddresses {
    const words = state.words();
    const size = words[WORD.queueSize]!;
    if (!legacy) {
      const wide = (low: number, high: number) => words[low]! + words[high]! * 2 ** 32;
      return {
        size,
        descriptors: wide(WORD.descriptorsLow, WORD.descriptorsHigh),
        available: wide(WORD.availableLow, WORD.availableHigh),
        used: wide(WORD.usedLow, WORD.usedHigh),
      };
    }
    // legacy queues are contiguous, the used ring aligned (Virtio 1.2, 2.7.2)
    const descriptors = words[WORD.queuePfn]! * words[WORD.guestPageSize]!;
    const available = descriptors + 16 * size;
    const align = words[WORD.queueAlign]! || DEFAULT_ALIGN;
    const used = Math.ceil((available + 4 + 2 * size) / align) * align;
    return { size, descriptors, available, used };
  }

  function serve(): void {
    const words = state.words();
    const queue = addresses();
    const end = availableIndex(memory, queue);
    if (((end - words[WORD.lastAvailable]!) & 0xffff) > queue.size) {
      throw new VirtqueueError('more requests than the queue has entries');
    }
    while (words[WORD.lastAvailable] !== end) {
      const head = availableHead(memory, queue, words[WORD.lastAvailable]!);
      words[WORD.lastAvailable] = (words[WORD.lastAvailable]! + 1) & 0xffff;
      pushUsed(memory, queue, head, blockRequest(memory, disk, chain(memory, queue, head)));
      if (wantsInterrupt(memory, queue)) interrupt(INTERRUPT_USED);
    }
  }

  function notify(queue: number): void {
    const words = state.words();
    const ready = legacy ? words[WORD.queuePfn]! : words[WORD.queueReady]!;
    if (queue !== 0 || !ready || words[WORD.status]! & STATUS_NEEDS_RESET) return;
    if (words[WORD.queueSize] === 0) return;
    try {
      serve();
    } catch (error) {
      if (!(error instanceof VirtqueueError)) throw error;
      words[WORD.status]! |= STATUS_NEEDS_RESET;
      interrupt(INTERRUPT_CONFIG);
    }
  }

  function reset(): void {
    state.words().fill(0, VIRTIO_WORDS, LAST_WORD + 1);
  }

  function setStatus(value: number): void {
    if (value === 0) {
      reset();
      return;
    }
    const words = state.words();
    const unoffered =
      words[WORD.driverFeaturesLow]! & ~FEATURES_LOW ||
      words[WORD.driverFeaturesHigh]! & ~(legacy ? 0 : FEATURES_HIGH);
    const sticky = words[WORD.status]! & STATUS_NEEDS_RESET;
    words[WORD.status] = (unoffered ? value & ~STATUS_FEATURES_OK : value) | sticky;
  }

  function acknowledge(bits: number): void {
    const words = state.words();
    words[WORD.interruptStatus]! &= ~bits;
    if (words[WORD.interruptStatus] !== 0) raise(VIRTIO.irq);
  }

  function features(): number {
    const select = state.words()[WORD.deviceFeaturesSelect]!;
    if (select === 0) return FEATURES_LOW;
    return select === 1 && !legacy ? FEATURES_HIGH : 0;
  }

  /** Bytes of the device's configuration (Virtio 1.2, 5.2.4). */
  function config(offset: number, size: number): bigint {
    const view = new DataView(new ArrayBuffer(64));
    view.setBigUint64(0, BigInt(Math.floor(host.diskBytes / SECTOR_BYTES)), true);
    view.setUint32(12, SEG_MAX, true);
    view.setUint32(20, SECTOR_BYTES, true);
    let value = 0n;
    for (let i = 0; i < size && offset + i < 64; i++) {
      value |= BigInt(view.getUint8(offset + i)) << BigInt(8 * i);
    }
    return value;
  }

  function load(offset: number): number {
    const words = state.words();
    switch (offset) {
      case REGISTER.magic:
        return MAGIC;
      case REGISTER.version:
        words[VERSION_READ] = 1;
        return host.virtioVersion;
      case REGISTER.deviceId:
        return present ? BLOCK_DEVICE : 0;
      case REGISTER.vendorId:
        return VENDOR;
    }
    if (!present) return 0;
    switch (offset) {
      case REGISTER.deviceFeatures:
        return features();
      case REGISTER.queueSizeMax:
        return words[WORD.queueSelect] === 0 ? QUEUE_MAX : 0;
      case REGISTER.queuePfn:
        return legacy && words[WORD.queueSelect] === 0 ? words[WORD.queuePfn]! : 0;
      case REGISTER.queueReady:
        return !legacy && words[WORD.queueSelect] === 0 ? words[WORD.queueReady]! : 0;
      case REGISTER.interruptStatus:
        return words[WORD.interruptStatus]!;
      case REGISTER.status:
        return words[WORD.status]!;
      default:
        return 0;
    }
  }

  /** Registers that only keep what is written. */
  const common: Record<number, number> = {
    20: WORD.deviceFeaturesSelect,
    36: WORD.driverFeaturesSelect,
  };
  const queueLegacy: Record<number, number> = { 60: WORD.queueAlign };
  const queueModern: Record<number, number> = {
    128: WORD.descriptorsLow,
    132: WORD.descriptorsHigh,
    144: WORD.availableLow,
    148: WORD.availableHigh,
    160: WORD.usedLow,
    164: WORD.usedHigh,
  };

  function storeQueue(offset: number, value: number): void {
    const words = state.words();
    if (words[WORD.queueSelect] !== 0) return; // there is one queue
    const word = (legacy ? queueLegacy : queueModern)[offset];
    if (word !== undefined) {
      words[word] = value;
    } else if (offset === REGISTER.queueSize) {
      if (value <= QUEUE_MAX) words[WORD.queueSize] = value;
    } else if (offset === REGISTER.queuePfn && legacy) {
      words[WORD.queuePfn] = value;
      words[WORD.lastAvailable] = 0;
    } else if (offset === REGISTER.queueReady && !legacy) {
      words[WORD.queueReady] = value & 1;
      if ((value & 1) === 0) words[WORD.lastAvailable] = 0;
    }
  }

  function store(offset: number, value: number): void {
    const words = state.words();
    const word = common[offset];
    if (word !== undefined) words[word] = value;
    else if (offset === REGISTER.driverFeatures) {
      const select = words[WORD.driverFeaturesSelect]!;
      if (select === 0) words[WORD.driverFeaturesLow] = value;
      else if (select === 1) words[WORD.driverFeaturesHigh] = value;
    } else if (offset === REGISTER.guestPageSize) {
      if (legacy) words[WORD.guestPageSize] = value;
    } else if (offset === REGISTER.queueSelect) words[WORD.queueSelect] = value;
    else if (offset === REGISTER.queueNotify) notify(value);
    else if (offset === REGISTER.interruptAcknowledge) acknowledge(value);
    else if (offset === REGISTER.status) {
      words[STATUS_WRITTEN] = 1;
      setStatus(value);
    } else storeQueue(offset, value);
  }

  return {
    load(offset, size) {
      if (offset >= REGISTER.config) return present ? config(offset - REGISTER.config, size) : 0n;
      return size === 4 ? BigInt(load(offset) >>> 0) : 0n;
    },
    store(offset, size, value) {
      if (present && size === 4 && offset < REGISTER.config)
        store(offset, Number(value & 0xffff_ffffn));
      return true;
    },
    driver() {
      const words = state.words();
      if (words[STATUS_WRITTEN]) return 'talking';
      return words[VERSION_READ] ? 'looking' : 'absent';
    },
  };
}

/** A slot of the board's virtio-mmio bus without a device (Virtio 1.2, 4.2.2: DeviceID 0). */
export function emptyVirtioSlot(version: 1 | 2): Device {
  const registers = new Map<number, bigint>([
    [REGISTER.magic, BigInt(MAGIC)],
    [REGISTER.version, BigInt(version)],
    [REGISTER.vendorId, BigInt(VENDOR)],
  ]);
  return {
    load(offset, size) {
      return size === 4 ? (registers.get(offset) ?? 0n) : 0n;
    },
    store() {
      return true;
    },
  };
}
