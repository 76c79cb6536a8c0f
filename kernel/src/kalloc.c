#include "kalloc.h"

#include "abi/param.h"
#include "printf.h"
#include "memlayout.h"
#include "refs.h"
#include "riscv.h"
#include "spinlock.h"
#include "string.h"

// Pages are filled with these when they change hands, so that a use of stale memory shows.
#define JUNK_FREED 1
#define JUNK_FRESH 5

// A free page holds the link to the next one in its first bytes.
struct run {
  struct run *next;
};

struct freelist {
  struct spinlock lock;
  struct run *freelist;
};

#ifdef FREELIST_PERCPU
struct freelist kmem[NCPU];
#else
struct freelist kmem = {SPINLOCK("kmem"), 0};
#endif

static void push(struct freelist *list, void *pa) {
  struct run *r = pa;
  acquire(&list->lock);
  r->next = list->freelist;
  list->freelist = r;
  release(&list->lock);
}

static struct run *pop(struct freelist *list) {
  acquire(&list->lock);
  struct run *r = list->freelist;
  if (r)
    list->freelist = r->next;
  release(&list->lock);
  return r;
}

// Give a page back to this hart's list.
static void give(void *pa) {
#ifdef FREELIST_PERCPU
  push_off(); // the hart must not change between asking for its number and using it
  push(&kmem[cpuid()], pa);
  pop_off();
#else
  push(&kmem, pa);
#endif
}

// Take a page: from this hart's list, else from whichever has one.
static struct run *take(void) {
#ifdef FREELIST_PERCPU
  struct run *r = 0;
  push_off();
  u64 first = cpuid();
  for (u64 i = 0; i < NCPU && r == 0; i++)
    r = pop(&kmem[(first + i) % NCPU]);
  pop_off();
  return r;
#else
  return pop(&kmem);
#endif
}

// All memory between the kernel's image and PHYSTOP becomes free. By the first hart alone.
void kinit(void) {
  for (u64 pa = PGROUNDUP(end); pa + PGSIZE <= PHYSTOP; pa += PGSIZE) {
    memset((void *)pa, JUNK_FREED, PGSIZE);
    give((void *)pa);
  }
}

void *kalloc(void) {
  struct run *r = take();
  if (r == 0)
    return 0;
  memset(r, JUNK_FRESH, PGSIZE);
  refs_first((u64)r);
  return r;
}

// The junk goes in when the page is nobody's: no longer referenced, not yet on the list.
void kfree(void *pa) {
  if ((u64)pa % PGSIZE != 0 || (char *)pa < end || (u64)pa >= PHYSTOP)
    panic("kfree: not a page of ours");
  if (refs_drop((u64)pa) > 0)
    return;
  memset(pa, JUNK_FREED, PGSIZE);
  give(pa);
}

// The caller owns a reference, so the page cannot be freed meanwhile.
void kshare(u64 pa) {
  refs_add(pa);
}

// When the caller's is the only reference, nobody else can add one (only an owner can), so "not
// shared" stays true until the caller shares it. "Shared" may be out of date at once.
int kshared(u64 pa) {
  return refs_count(pa) > 1;
}
