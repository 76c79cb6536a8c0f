#include "spinlock.h"

#include "printf.h"
#include "proc.h"
#include "riscv.h"

// Turn interrupts off, counting how often, so that nested sections turn them on again only when
// the outermost one ends and only if they were on before it.
void push_off(void) {
  int were_on = intr_get();
  intr_off();
  struct cpu *c = mycpu();
  if (c->noff++ == 0)
    c->intena = were_on;
}

void pop_off(void) {
  struct cpu *c = mycpu();
  if (c->noff < 1)
    panic("pop_off: not off");
  c->noff--;
  if (c->noff == 0 && c->intena)
    intr_on();
}

// Does this hart hold lk? Meaningful with interrupts off only.
int holding(struct spinlock *lk) {
  return __atomic_load_n(&lk->locked, __ATOMIC_RELAXED) && lk->holder == mycpu();
}

// Spin until lk is ours. An interrupt handler may want the same lock, so interrupts go off first;
// taking a lock twice on one hart would spin for ever and panics instead.
void acquire(struct spinlock *lk) {
  push_off();
  if (holding(lk))
    panic("acquire: held already");
  while (__atomic_exchange_n(&lk->locked, 1, __ATOMIC_ACQUIRE))
    stop_if_panicked();
  lk->holder = mycpu();
}

void release(struct spinlock *lk) {
  if (!holding(lk))
    panic("release: not held");
  lk->holder = 0;
  __atomic_store_n(&lk->locked, 0, __ATOMIC_RELEASE);
  pop_off();
}
