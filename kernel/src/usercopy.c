// The kernel's accesses to user memory. The kernel runs on a page table of its own, so it looks
// up every user page, and must itself do what a fault would do for user code.

#include "proc.h"
#include "string.h"
#include "vm.h"

// Does the entry allow the access?
static int permits(const pte_t *pte, enum access access) {
  u64 need = PTE_V | PTE_U | (access == STORE ? PTE_W : PTE_R);
  return pte && (*pte & need) == need;
}

// Make one page usable; see uvmready.
static int page_ready(pagetable_t pagetable, u64 va, enum access access) {
  if (permits(walk(pagetable, va, 0), access))
    return 0;
  // exec fills a page table that is not the calling process's yet; it has no holes.
  struct proc *p = myproc();
  u64 sz = p && p->pagetable == pagetable ? p->sz : 0;
  return uvmfault(pagetable, sz, va, access);
}

// Make [va, va+len) of user memory ready for the kernel to LOAD from or STORE to: copies of
// shared pages for a STORE, pages of a lazily grown heap. 0, or -1 when not all of it may be
// accessed so, or memory is short. It stays ready until the process forks or changes its size,
// which it cannot do while it is in the kernel for this.
int uvmready(pagetable_t pagetable, u64 va, u64 len, enum access access) {
  if (len == 0)
    return 0;
  if (va >= MAXVA || len > MAXVA - va)
    return -1;
  for (u64 at = va; at < va + len; at = PGROUNDDOWN(at) + PGSIZE)
    if (page_ready(pagetable, at, access) != 0)
      return -1;
  return 0;
}

// The physical address of user address va, or 0 if the user cannot read it.
u64 walkaddr(pagetable_t pagetable, u64 va) {
  pte_t *pte = walk(pagetable, va, 0);
  return permits(pte, LOAD) ? PTE2PA(*pte) + va % PGSIZE : 0;
}

// Bytes from va to the end of its page, at most len.
static u64 in_page(u64 va, u64 len) {
  u64 rest = PGSIZE - va % PGSIZE;
  return rest < len ? rest : len;
}

// Copy len bytes from src in the kernel to the user's dstva. 0, or -1.
int copyout(pagetable_t pagetable, u64 dstva, const void *src, u64 len) {
  if (uvmready(pagetable, dstva, len, STORE) != 0)
    return -1;
  const char *from = src;
  for (u64 n; len > 0; len -= n, dstva += n, from += n) {
    n = in_page(dstva, len);
    memmove((void *)walkaddr(pagetable, dstva), from, n);
  }
  return 0;
}

// Copy len bytes from the user's srcva to dst in the kernel. 0, or -1.
int copyin(pagetable_t pagetable, void *dst, u64 srcva, u64 len) {
  if (uvmready(pagetable, srcva, len, LOAD) != 0)
    return -1;
  char *to = dst;
  for (u64 n; len > 0; len -= n, srcva += n, to += n) {
    n = in_page(srcva, len);
    memmove(to, (void *)walkaddr(pagetable, srcva), n);
  }
  return 0;
}

// Copy a string with its NUL from the user's srcva to dst, which has room for max bytes. 0, or
// -1 when it is longer or reaches memory that the user cannot read.
int copyinstr(pagetable_t pagetable, char *dst, u64 srcva, u64 max) {
  const char *from = 0;
  for (u64 i = 0; i < max; i++, from++) {
    if (i == 0 || (srcva + i) % PGSIZE == 0) {
      if (uvmready(pagetable, srcva + i, 1, LOAD) != 0)
        return -1;
      from = (const char *)walkaddr(pagetable, srcva + i);
    }
    if ((dst[i] = *from) == 0)
      return 0;
  }
  return -1;
}
