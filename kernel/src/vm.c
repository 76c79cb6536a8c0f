#include "vm.h"

#include "printf.h"
#include "kalloc.h"
#include "memlayout.h"
#include "proc.h"
#include "string.h"

pagetable_t kernel_pagetable;

// A zeroed page for use as a page table, or 0.
static pagetable_t new_table(void) {
  void *page = kalloc();
  return page ? memset(page, 0, PGSIZE) : 0;
}

// The level-0 entry for va, or 0 when va is not below MAXVA or a table on the way is missing.
// With alloc, missing tables are made; when there is no memory for one, those made for this
// call are taken out again, so that a failed call leaves the page table as it was.
pte_t *walk(pagetable_t pagetable, u64 va, int alloc) {
  if (va >= MAXVA)
    return 0;
  pte_t *made = 0; // the topmost entry that this call has filled
  for (int level = 2; level > 0; level--) {
    pte_t *entry = &pagetable[PT_INDEX(va, level)];
    if (!(*entry & PTE_V)) {
      pagetable_t table = alloc ? new_table() : 0;
      if (table == 0) {
        if (made) {
          kfree((void *)PTE2PA(*made));
          *made = 0;
        }
        return 0;
      }
      *entry = PA2PTE(table) | PTE_V;
      if (!made)
        made = entry;
    }
    pagetable = (pagetable_t)PTE2PA(*entry);
  }
  return &pagetable[PT_INDEX(va, 0)];
}

// The first mapped page of [va, end), both page-aligned, with its entry in *pte; end if there is
// none. What a missing table would describe is skipped at once, so that the holes of a huge,
// lazily grown heap cost nothing.
u64 next_mapped(pagetable_t pagetable, u64 va, u64 end, pte_t **pte) {
  while (va < end) {
    pte_t *entry = &pagetable[PT_INDEX(va, 2)];
    u64 span = PGSIZE << 18; // bytes that the entry stands for
    for (int level = 1; level >= 0 && (*entry & PTE_V); level--, span >>= 9)
      entry = &((pagetable_t)PTE2PA(*entry))[PT_INDEX(va, level)];
    if (*entry & PTE_V) {
      *pte = entry;
      return va;
    }
    va = (va | (span - 1)) + 1;
  }
  return end;
}

// Map [va, va+size) to pa onwards; all three multiples of PGSIZE, size not 0. Returns 0, or -1
// without memory for page tables, and then nothing of the range is mapped.
int mappages(pagetable_t pagetable, u64 va, u64 size, u64 pa, u64 perm) {
  if ((va | size | pa) % PGSIZE != 0 || size == 0)
    panic("mappages: alignment");
  for (u64 done = 0; done < size; done += PGSIZE) {
    pte_t *pte = walk(pagetable, va + done, 1);
    if (pte == 0) {
      uvmunmap(pagetable, va, done / PGSIZE, 0);
      return -1;
    }
    if (*pte & PTE_V)
      panic("mappages: mapped already");
    *pte = PA2PTE(pa + done) | perm | PTE_V;
  }
  return 0;
}

static void kvmmap(u64 va, u64 pa, u64 size, u64 perm) {
  if (mappages(kernel_pagetable, va, size, pa, perm) != 0)
    panic("kvmmap: no memory");
}

// Build the kernel's page table: devices and memory at their own addresses, the text not
// writable and nothing else executable; the trampoline and the kernel stacks at the top.
void kvminit(void) {
  struct {
    u64 start, size, perm;
  } identity[] = {
      {UART0, PGSIZE, PTE_R | PTE_W},
      {VIRTIO0, PGSIZE, PTE_R | PTE_W},
      {PLIC, PLIC_SIZE, PTE_R | PTE_W},
      {KERNBASE, (u64)etext - KERNBASE, PTE_R | PTE_X},
      {(u64)etext, PHYSTOP - (u64)etext, PTE_R | PTE_W},
  };
  kernel_pagetable = new_table();
  if (kernel_pagetable == 0)
    panic("kvminit: no memory");
  for (u64 i = 0; i < sizeof(identity) / sizeof(identity[0]); i++)
    kvmmap(identity[i].start, identity[i].start, identity[i].size, identity[i].perm);
  kvmmap(TRAMPOLINE, (u64)trampoline, PGSIZE, PTE_R | PTE_X);
  for (int i = 0; i < NPROC; i++) {
    void *stack = kalloc();
    if (stack == 0)
      panic("kvminit: no memory");
    kvmmap(KSTACK(i), (u64)stack, PGSIZE, PTE_R | PTE_W);
  }
}

// Switch this hart to the kernel's page table. The first fence waits for the stores to the
// table, the second forgets what was cached before.
void kvminithart(void) {
  sfence_vma();
  csr_write(satp, SATP_SV39(kernel_pagetable));
  sfence_vma();
}
