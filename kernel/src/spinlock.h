// Locks that are waited for by spinning, with interrupts off on the hart that holds one.
#pragma once
#include "abi/types.h"

struct cpu;

struct spinlock {
  u32 locked;
  const char *name;
  struct cpu *holder; // the hart that holds it
};

// A lock needs no set-up at run time: struct spinlock l = SPINLOCK("name").
#define SPINLOCK(label) {0, label, 0}

void acquire(struct spinlock *lk);
void release(struct spinlock *lk);
int holding(struct spinlock *lk);
void push_off(void);
void pop_off(void);
