/** Addresses, sizes and interrupt numbers of QEMU's `virt` board (QEMU, docs/system/riscv/virt). */

export const RAM_BASE = 0x8000_0000;

export const FINISHER = { base: 0x10_0000, size: 0x1000 } as const;
export const CLINT = { base: 0x200_0000, size: 0x1_0000 } as const;
/** ACLINT's supervisor software interrupts (`-M virt,aclint=on`) */
export const SSWI = { base: 0x2f0_0000, size: 0x4000 } as const;
export const PLIC = { base: 0xc00_0000, size: 0x60_0000 } as const;
export const UART = { base: 0x1000_0000, size: 0x100, irq: 10 } as const;
/** eight slots of 4 KiB, interrupts 1 to 8; the disk is in the first */
export const VIRTIO = { base: 0x1000_1000, size: 0x1000, slots: 8, irq: 1 } as const;
/** PCI Express configuration space, where no device answers */
export const PCIE = { base: 0x3000_0000, size: 0x1000_0000 } as const;

/** `mtime` ticks per second. */
export const TIMEBASE_HZ = 10_000_000;
