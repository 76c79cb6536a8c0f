#include "sleeplock.h"

#include "proc.h"

void acquiresleep(struct sleeplock *lk) {
  acquire(&lk->guard);
  while (lk->held)
    sleep(lk, &lk->guard);
  lk->pid = myproc()->pid;
  lk->held = 1;
  release(&lk->guard);
}

void releasesleep(struct sleeplock *lk) {
  acquire(&lk->guard);
  lk->pid = lk->held = 0;
  wakeup(lk);
  release(&lk->guard);
}

// Does the calling process hold lk?
int holdingsleep(struct sleeplock *lk) {
  acquire(&lk->guard);
  int ours = lk->held && lk->pid == myproc()->pid;
  release(&lk->guard);
  return ours;
}
