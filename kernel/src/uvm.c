// User address spaces: pages from 0 up to the size that the process has.

#include "printf.h"
#include "kalloc.h"
#include "string.h"
#include "vm.h"

// An empty page table, or 0 without memory.
pagetable_t uvmcreate(void) {
  void *root = kalloc();
  return root ? memset(root, 0, PGSIZE) : 0;
}

// Take npages mappings from va (page-aligned) on out of the table; with do_free, drop the
// references they were. Pages that are not mapped are passed over: a lazily grown heap has holes.
void uvmunmap(pagetable_t pagetable, u64 va, u64 npages, int do_free) {
  if (va % PGSIZE != 0)
    panic("uvmunmap: alignment");
  u64 end = va + npages * PGSIZE;
  pte_t *pte;
  for (; (va = next_mapped(pagetable, va, end, &pte)) < end; va += PGSIZE) {
    if (!(*pte & PTE_LEAF))
      panic("uvmunmap: not a leaf");
    u64 pa = PTE2PA(*pte);
    *pte = 0;
    if (do_free)
      kfree((void *)pa);
  }
}

// Grow from oldsz to newsz bytes with zeroed pages of permissions perm (PTE_U and PTE_R are
// added). Returns newsz, or 0 without memory, and then the size is oldsz still.
u64 uvmalloc(pagetable_t pagetable, u64 oldsz, u64 newsz, u64 perm) {
  u64 start = PGROUNDUP(oldsz);
  for (u64 va = start; va < newsz; va += PGSIZE) {
    void *page = kalloc();
    if (page) {
      memset(page, 0, PGSIZE);
      if (mappages(pagetable, va, PGSIZE, (u64)page, perm | PTE_R | PTE_U) == 0)
        continue;
      kfree(page);
    }
    uvmunmap(pagetable, start, (va - start) / PGSIZE, 1);
    return 0;
  }
  return newsz;
}

// Shrink from oldsz to newsz bytes. A page that is used in part stays. Returns the new size.
u64 uvmdealloc(pagetable_t pagetable, u64 oldsz, u64 newsz) {
  if (newsz >= oldsz)
    return oldsz;
  u64 keep = PGROUNDUP(newsz), had = PGROUNDUP(oldsz);
  uvmunmap(pagetable, keep, (had - keep) / PGSIZE, 1);
  return newsz;
}

// Make the page at va (mapped) inaccessible to user code: the guard below the stack.
void uvmclear(pagetable_t pagetable, u64 va) {
  pte_t *pte = walk(pagetable, va, 0);
  if (pte == 0)
    panic("uvmclear: not mapped");
  *pte &= ~PTE_U;
}

// Free a table of the given level and those below it. No page may be mapped any more.
static void freewalk(pagetable_t table, int level) {
  for (int i = 0; i < PTES_PER_PAGE; i++) {
    if (!(table[i] & PTE_V))
      continue;
    if (level == 0 || (table[i] & PTE_LEAF))
      panic("freewalk: leaf");
    freewalk((pagetable_t)PTE2PA(table[i]), level - 1);
  }
  kfree(table);
}

// Free an address space of sz bytes, pages and page table.
void uvmfree(pagetable_t pagetable, u64 sz) {
  uvmunmap(pagetable, 0, PGROUNDUP(sz) / PGSIZE, 1);
  freewalk(pagetable, 2);
}
