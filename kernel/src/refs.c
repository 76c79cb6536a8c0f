#include "refs.h"

#include "printf.h"
#include "memlayout.h"
#include "spinlock.h"

// The four ways of counting that real kernels use, chosen by REFS. Every one changes a count and
// learns the result in one indivisible step: two harts that drop the last two references must not
// both see "one left", or both see "none". A count never goes below zero or above its type: the
// checks cost little and turn a silent corruption into a panic.

#if REFS == REFS_BYTE
typedef u8 count_t;
#define MOST 255 // NPROC is 64 and a process maps a page once, so this is never reached
#else
typedef int count_t;
#define MOST 0x7fffffff
#endif

#if REFS == REFS_ATOMIC

count_t page_refs[NPAGES];

static int change(u64 pa, int by) {
  return __atomic_add_fetch(&page_refs[PAGE_INDEX(pa)], by, __ATOMIC_ACQ_REL);
}

int refs_count(u64 pa) {
  return __atomic_load_n(&page_refs[PAGE_INDEX(pa)], __ATOMIC_ACQUIRE);
}

#elif REFS == REFS_LOCKED

struct page_ref {
  struct spinlock lock;
  count_t count;
} page_refs[NPAGES];

static int change(u64 pa, int by) {
  struct page_ref *r = &page_refs[PAGE_INDEX(pa)];
  acquire(&r->lock);
  int now = r->count += by;
  release(&r->lock);
  return now;
}

int refs_count(u64 pa) {
  struct page_ref *r = &page_refs[PAGE_INDEX(pa)];
  acquire(&r->lock);
  int now = r->count;
  release(&r->lock);
  return now;
}

#else

static struct spinlock refs_lock = SPINLOCK("page_refs");
count_t page_refs[NPAGES];

static int change(u64 pa, int by) {
  acquire(&refs_lock);
  int now = page_refs[PAGE_INDEX(pa)] + by;
  if (now < 0 || now > MOST)
    panic("refs: count out of range");
  page_refs[PAGE_INDEX(pa)] = now;
  release(&refs_lock);
  return now;
}

int refs_count(u64 pa) {
  acquire(&refs_lock);
  int now = page_refs[PAGE_INDEX(pa)];
  release(&refs_lock);
  return now;
}

#endif

void refs_first(u64 pa) {
  if (change(pa, 1) != 1)
    panic("refs_first: page in use");
}

void refs_add(u64 pa) {
  if (change(pa, 1) < 2)
    panic("refs_add: page is free");
}

int refs_drop(u64 pa) {
  int left = change(pa, -1);
  if (left < 0)
    panic("refs_drop: page is free");
  return left;
}
