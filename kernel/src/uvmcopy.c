// The child's memory at fork.

#include "kalloc.h"
#include "string.h"
#include "vm.h"

#ifdef FORK_EAGER

// A copy of the page that pte maps, mapped at va in the child in the same way. 0, or -1.
static int give_page(pagetable_t child, u64 va, pte_t pte) {
  void *copy = kalloc();
  if (copy == 0)
    return -1;
  memmove(copy, (void *)PTE2PA(pte), PGSIZE);
  if (mappages(child, va, PGSIZE, (u64)copy, PTE_FLAGS(pte)) == 0)
    return 0;
  kfree(copy);
  return -1;
}

static void write_protect(pagetable_t parent, u64 sz) {
  (void)parent, (void)sz; // nothing is shared
}

#else

// What a writable mapping becomes when its page is shared; others stay as they are.
static pte_t protected(pte_t pte) {
  return pte & PTE_W ? (pte & ~PTE_W) | PTE_COW : pte;
}

// The page that pte maps, mapped at va in the child too, and counted. 0, or -1.
static int give_page(pagetable_t child, u64 va, pte_t pte) {
  u64 pa = PTE2PA(pte);
  if (mappages(child, va, PGSIZE, pa, PTE_FLAGS(protected(pte))) != 0)
    return -1;
  kshare(pa);
  return 0;
}

// The parent's side of the sharing. It must not go on using the translations it had.
static void write_protect(pagetable_t parent, u64 sz) {
  u64 end = PGROUNDUP(sz);
  pte_t *pte;
  for (u64 va = 0; (va = next_mapped(parent, va, end, &pte)) < end; va += PGSIZE)
    *pte = protected(*pte);
  sfence_vma();
}

#endif

// Give the child (an empty address space) the sz bytes that the parent, the calling process,
// has. Returns 0, or -1 without memory, and then neither page table nor any count has changed:
// the parent's entries are touched only when all of the child's are there. Nothing can be stored
// in between, since the parent is in here and the child does not run yet. A lazily grown heap's
// holes are the child's too.
int uvmcopy(pagetable_t parent, pagetable_t child, u64 sz) {
  u64 end = PGROUNDUP(sz);
  pte_t *pte;
  for (u64 va = 0; (va = next_mapped(parent, va, end, &pte)) < end; va += PGSIZE) {
    if (give_page(child, va, *pte) != 0) {
      uvmunmap(child, 0, va / PGSIZE, 1);
      return -1;
    }
  }
  write_protect(parent, sz);
  return 0;
}
