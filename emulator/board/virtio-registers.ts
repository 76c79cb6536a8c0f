import { VIRTIO_WORDS } from './board-state.ts';

/**
 * Offsets of the registers of virtio-mmio (Virtio 1.2, 4.2.2; those of legacy devices only, 4.2.4).
 */
export const REGISTER = {
  magic: 0x00,
  version: 0x04,
  deviceId: 0x08,
  vendorId: 0x0c,
  deviceFeatures: 0x10,
  deviceFeaturesSelect: 0x14,
  driverFeatures: 0x20,
  driverFeaturesSelect: 0x24,
  /** legacy */
  guestPageSize: 0x28,
  queueSelect: 0x30,
  queueSizeMax: 0x34,
  queueSize: 0x38,
  /** legacy */
  queueAlign: 0x3c,
  /** legacy */
  queuePfn: 0x40,
  queueReady: 0x44,
  queueNotify: 0x50,
  interruptStatus: 0x60,
  interruptAcknowledge: 0x64,
  status: 0x70,
  descriptorsLow: 0x80,
  descriptorsHigh: 0x84,
  availableLow: 0x90,
  availableHigh: 0x94,
  usedLow: 0xa0,
  usedHigh: 0xa4,
  config: 0x100,
} as const;

/** Words of the device's state; reset clears them all. */
export const WORD = {
  status: VIRTIO_WORDS,
  deviceFeaturesSelect: VIRTIO_WORDS + 1,
  driverFeaturesSelect: VIRTIO_WORDS + 2,
  driverFeaturesLow: VIRTIO_WORDS + 3,
  driverFeaturesHigh: VIRTIO_WORDS + 4,
  queueSelect: VIRTIO_WORDS + 5,
  queueSize: VIRTIO_WORDS + 6,
  queueReady: VIRTIO_WORDS + 7,
  interruptStatus: VIRTIO_WORDS + 8,
  descriptorsLow: VIRTIO_WORDS + 9,
  descriptorsHigh: VIRTIO_WORDS + 10,
  availableLow: VIRTIO_WORDS + 11,
  availableHigh: VIRTIO_WORDS + 12,
  usedLow: VIRTIO_WORDS + 13,
  usedHigh: VIRTIO_WORDS + 14,
  lastAvailable: VIRTIO_WORDS + 15,
  guestPageSize: VIRTIO_WORDS + 16,
  queueAlign: VIRTIO_WORDS + 17,
  queuePfn: VIRTIO_WORDS + 18,
} as const;
export const LAST_WORD = WORD.queuePfn;
/** not registers, and kept over a reset: how far the guest's driver came */
export const VERSION_READ = VIRTIO_WORDS + 20;
export const STATUS_WRITTEN = VIRTIO_WORDS + 21;
