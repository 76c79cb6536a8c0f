// The process table: making entries and taking them apart, and what can be done to any process.

#include "proc.h"

#include "fs.h"
#include "kalloc.h"
#include "memlayout.h"
#include "printf.h"
#include "string.h"
#include "trap.h"
#include "vm.h"

struct proc proc[NPROC];
struct proc *initproc;

static int last_pid; // proc_lock

// Take a free slot and give it a number, or return 0. It is USED: nobody else touches it.
static struct proc *take_slot(void) {
  struct proc *found = 0;
  acquire(&proc_lock);
  for (int i = 0; i < NPROC && found == 0; i++)
    if (proc[i].state == UNUSED)
      found = &proc[i];
  if (found) {
    found->state = USED;
    found->pid = ++last_pid;
    found->killed = 0;
    found->kstack = KSTACK(found - proc);
  }
  release(&proc_lock);
  return found;
}

// A new process with an empty address space, whose kernel thread will begin at start (which
// must release proc_lock). 0 when the table is full or memory is short.
struct proc *procalloc(void (*start)(void)) {
  struct proc *p = take_slot();
  if (p == 0)
    return 0;
  p->trapframe = kalloc();
  p->pagetable = p->trapframe ? proc_pagetable(p->trapframe) : 0;
  if (p->pagetable == 0) {
    procfree(p);
    return 0;
  }
  memset(p->trapframe, 0, sizeof(*p->trapframe));
  memset(&p->context, 0, sizeof(p->context));
  p->context.ra = (u64)start;
  p->context.sp = p->kstack + PGSIZE;
  return p;
}

// Free what p, USED or ZOMBIE, has, and its slot. It must not be running anywhere.
void procfree(struct proc *p) {
  if (p->pagetable)
    proc_freepagetable(p->pagetable, p->sz);
  if (p->trapframe)
    kfree(p->trapframe);
  p->pagetable = 0;
  p->trapframe = 0;
  p->sz = 0;
  p->name[0] = 0;
  acquire(&proc_lock);
  p->parent = 0;
  p->pid = 0;
  p->state = UNUSED;
  release(&proc_lock);
}

// An address space with nothing but the trampoline and the given trapframe, or 0.
pagetable_t proc_pagetable(struct trapframe *trapframe) {
  pagetable_t pagetable = uvmcreate();
  if (pagetable == 0)
    return 0;
  if (mappages(pagetable, TRAMPOLINE, PGSIZE, (u64)trampoline, PTE_R | PTE_X) == 0) {
    if (mappages(pagetable, TRAPFRAME, PGSIZE, (u64)trapframe, PTE_R | PTE_W) == 0)
      return pagetable;
    uvmunmap(pagetable, TRAMPOLINE, 1, 0);
  }
  uvmfree(pagetable, 0);
  return 0;
}

// Free an address space and its sz bytes of memory; trampoline and trapframe are not its own.
void proc_freepagetable(pagetable_t pagetable, u64 sz) {
  uvmunmap(pagetable, TRAPFRAME, 2, 0);
  uvmfree(pagetable, sz);
}

// Where the first process begins: mount the file system, which needs a process that can sleep,
// and become /init.
static void first_start(void) {
  release(&proc_lock);
  intr_on();
  fsinit(ROOTDEV);
  struct proc *p = myproc();
  p->cwd = namei("/");
  char *argv[] = {"init", 0};
  int argc = exec("/init", argv, 1);
  if (argc < 0)
    panic("first_start: cannot run /init");
  p->trapframe->a0 = argc;
  usertrapret();
}

void userinit(void) {
  struct proc *p = procalloc(first_start);
  if (p == 0)
    panic("userinit: no process");
  initproc = p;
  acquire(&proc_lock);
  p->state = RUNNABLE;
  release(&proc_lock);
}

// Change the size of the calling process by n bytes. 0, or -1 when that is below 0, reaches the
// trapframe, or memory is short; the size is then unchanged.
int growproc(int n) {
  struct proc *p = myproc();
  u64 size = p->sz + n;
  if (n < 0) {
    if ((u64) - (i64)n > p->sz)
      return -1;
    uvmdealloc(p->pagetable, p->sz, size);
  } else if (n > 0) {
    if (size > TRAPFRAME || uvmalloc(p->pagetable, p->sz, size, PTE_W) == 0)
      return -1;
  }
  p->sz = size;
  return 0;
}

// Tell process pid to exit; it does when it next leaves the kernel. 0, or -1 without such one.
int kill(int pid) {
  int result = -1;
  acquire(&proc_lock);
  for (struct proc *p = proc; p < &proc[NPROC]; p++) {
    if (pid <= 0 || p->pid != pid || p->state == UNUSED)
      continue;
    __atomic_store_n(&p->killed, 1, __ATOMIC_RELAXED);
    if (p->state == SLEEPING)
      p->state = RUNNABLE;
    result = 0;
  }
  release(&proc_lock);
  return result;
}

int killed(struct proc *p) {
  return __atomic_load_n(&p->killed, __ATOMIC_RELAXED);
}

// List the processes, for control-P. Takes no lock, so that it works on a stuck machine.
void procdump(void) {
  static const char *const names[] = {"unused", "used", "sleep", "ready", "run", "zombie"};
  printf("\n");
  for (struct proc *p = proc; p < &proc[NPROC]; p++)
    if (p->state != UNUSED)
      printf("%d %s %s\n", p->pid, names[p->state], p->name);
}
