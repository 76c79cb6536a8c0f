// Who runs when: the scheduler of each hart, and sleeping and waking.

#include "printf.h"
#include "proc.h"

struct cpu cpus[NCPU];

// One lock for all process states. Order: any other spinlock may be held when it is taken, only
// those of kalloc are taken while it is held.
struct spinlock proc_lock = SPINLOCK("proc");

// Interrupts must be off, or the thread may be moved to another hart.
struct cpu *mycpu(void) {
  return &cpus[cpuid()];
}

struct proc *myproc(void) {
  push_off();
  struct proc *p = mycpu()->proc;
  pop_off();
  return p;
}

// The next runnable process after slot *cursor, going round once, or 0. Starting behind the one
// that ran last gives every process its turn.
static struct proc *pick(u32 *cursor) {
  for (u32 i = 1; i <= NPROC; i++) {
    u32 slot = (*cursor + i) % NPROC;
    if (proc[slot].state == RUNNABLE) {
      *cursor = slot;
      return &proc[slot];
    }
  }
  return 0;
}

// Let p run here until it leaves. proc_lock is held across the switch: the process that is
// switched to releases it, and holds it again when it switches back.
static void run(struct cpu *c, struct proc *p) {
  c->proc = p;
  p->state = RUNNING;
  swtch(&c->context, &p->context);
  c->intena = 0; // the process left its own here
  c->proc = 0;
}

// Run processes on this hart for ever.
void scheduler(void) {
  struct cpu *c = mycpu();
  u32 cursor = cpuid() * (NPROC / NCPU);
  intr_off();
  for (;;) {
    acquire(&proc_lock);
    struct proc *p = pick(&cursor);
    if (p)
      run(c, p);
    release(&proc_lock);
    // Interrupts have been off since the look round, so one that makes a process runnable is
    // pending now and ends the wfi; then it is taken.
    if (p == 0)
      asm volatile("wfi");
    intr_on();
    intr_off();
  }
}

// Leave the hart to its scheduler. With proc_lock held and no other, and the state changed.
void sched(void) {
  struct proc *p = myproc();
  if (!holding(&proc_lock))
    panic("sched: proc_lock not held");
  if (mycpu()->noff != 1)
    panic("sched: another lock is held");
  if (p->state == RUNNING || intr_get())
    panic("sched: not ready to leave");
  // "Interrupts were on" is the thread's, though kept with the hart.
  int intena = mycpu()->intena;
  swtch(&p->context, &mycpu()->context);
  mycpu()->intena = intena;
}

// Let others run.
void yield(void) {
  acquire(&proc_lock);
  myproc()->state = RUNNABLE;
  sched();
  release(&proc_lock);
}

// Release lk and sleep until a wakeup of chan (or a kill), then take lk again. lk may be
// proc_lock. A wakeup by a holder of lk cannot be missed: it needs proc_lock, which is held from
// before lk is released until the process sleeps.
void sleep(void *chan, struct spinlock *lk) {
  struct proc *p = myproc();
  if (lk != &proc_lock) {
    acquire(&proc_lock);
    release(lk);
  }
  p->state = SLEEPING;
  p->chan = chan;
  sched();
  p->chan = 0;
  if (lk != &proc_lock) {
    release(&proc_lock);
    acquire(lk);
  }
}

// Wake what sleeps on chan. With proc_lock held.
void wakeup_locked(void *chan) {
  for (struct proc *p = proc; p < &proc[NPROC]; p++)
    if (p->state == SLEEPING && p->chan == chan)
      p->state = RUNNABLE;
}

void wakeup(void *chan) {
  acquire(&proc_lock);
  wakeup_locked(chan);
  release(&proc_lock);
}
