// Physical memory of the board (QEMU's "virt"), and where the kernel keeps what in its own space.
#pragma once
#include "abi/memory.h"
#include "abi/types.h"
#include "config.h"

#define UART0 0x10000000UL
#define UART0_IRQ 10
#define VIRTIO0 0x10001000UL
#define VIRTIO0_IRQ 1
#define CLINT 0x02000000UL
#define PLIC 0x0c000000UL
#define PLIC_SIZE 0x4000000UL

// RAM. The kernel's image starts at KERNBASE, kalloc owns what lies between its end and PHYSTOP.
#define KERNBASE 0x80000000UL
#define PHYSTOP (KERNBASE + RAM_MIB * 1024UL * 1024UL)
#define NPAGES ((PHYSTOP - KERNBASE) / PGSIZE)
#define PAGE_INDEX(pa) (((u64)(pa) - KERNBASE) / PGSIZE)

// The kernel stack of process slot i: a page below the trampoline, each with an unmapped page
// beneath it so that an overflow faults instead of reaching a neighbour.
#define KSTACK(i) (TRAMPOLINE - 2 * PGSIZE * ((u64)(i) + 1))

#ifndef __ASSEMBLER__
extern char etext[], end[], trampoline[]; // from kernel.ld and trampoline.S
#endif
