// Locks that are waited for by sleeping; they may be held across disk accesses.
#pragma once
#include "spinlock.h"

struct sleeplock {
  struct spinlock guard; // protects the rest
  int held;
  int pid; // of the holder
};

#define SLEEPLOCK(label) {SPINLOCK(label), 0, 0}

void acquiresleep(struct sleeplock *lk);
void releasesleep(struct sleeplock *lk);
int holdingsleep(struct sleeplock *lk);
