// Accesses to user memory that the page table does not allow as it stands, but the process may
// make: a store to a shared page, the first use of a lazily reserved one.

#include "kalloc.h"
#include "string.h"
#include "vm.h"

// Let the owner of this mapping write: alone with the page it gets back the permission that fork
// took, else a page of its own. 0, or -1 without memory, and then nothing has changed.
static int unshare(pte_t *pte) {
  u64 pa = PTE2PA(*pte);
  u64 flags = (PTE_FLAGS(*pte) & ~PTE_COW) | PTE_W;
  if (!kshared(pa)) {
    *pte = PA2PTE(pa) | flags;
  } else {
    void *copy = kalloc();
    if (copy == 0)
      return -1;
    // Our reference keeps the old page as it is until the copy is made and installed; only
    // then it is dropped. It may turn out to be the last, if the other owners went meanwhile.
    memmove(copy, (void *)pa, PGSIZE);
    *pte = PA2PTE(copy) | flags;
    kfree((void *)pa);
  }
  sfence_vma();
  return 0;
}

#ifdef LAZY_SBRK
// The first use of a page of the heap that sbrk has only promised. 0, or -1.
static int fill_hole(pagetable_t pagetable, u64 va) {
  va = PGROUNDDOWN(va);
  return uvmalloc(pagetable, va, va + PGSIZE, PTE_W) == 0 ? -1 : 0;
}
#endif

// Make the access at va possible in the address space of sz bytes, which is that of the calling
// process or not in use yet. Returns 0 when the access will succeed if repeated, and -1 when it
// is not allowed or there is no memory; the page table is then as before.
int uvmfault(pagetable_t pagetable, u64 sz, u64 va, enum access access) {
  pte_t *pte = walk(pagetable, va, 0); // 0 for va >= MAXVA, too
  if (pte == 0 || !(*pte & PTE_V)) {
#ifdef LAZY_SBRK
    if (va < sz && access != FETCH)
      return fill_hole(pagetable, va);
#else
    (void)sz;
#endif
    return -1;
  }
  if (access == STORE && (*pte & PTE_U) && (*pte & PTE_COW))
    return unshare(pte);
  return -1;
}
