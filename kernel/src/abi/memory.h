// The user's address space under Sv39, from the top down:
//   TRAMPOLINE  the trap entry, shared with the kernel, not accessible to user code
//   TRAPFRAME   the process's saved registers, not accessible to user code
//   …           unused
//   heap        grows by sbrk
//   stack       USERSTACK pages, below it a guard page that user code cannot touch
//   data, bss, text from address 0
#pragma once

#define PGSHIFT 12
#define PGSIZE (1UL << PGSHIFT)
#define PGROUNDDOWN(a) ((u64)(a) & ~(PGSIZE - 1))
#define PGROUNDUP(a) PGROUNDDOWN((u64)(a) + PGSIZE - 1)

// Half of Sv39's 512 GiB, so that no address needs sign extension.
#define MAXVA (1UL << 38)
#define TRAMPOLINE (MAXVA - PGSIZE)
#define TRAPFRAME (TRAMPOLINE - PGSIZE)
