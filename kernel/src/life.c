// The life of a process: fork, exit, wait. (exec.c has exec.)

#include "file.h"
#include "fs.h"
#include "printf.h"
#include "proc.h"
#include "string.h"
#include "trap.h"
#include "vm.h"

// Where a new process begins, with proc_lock held by the scheduler that chose it.
static void fork_start(void) {
  release(&proc_lock);
  usertrapret();
}

// Make a child that goes on like the caller, with 0 as fork's result. Returns its number, or -1
// when the table is full or memory is short; then nothing is left of the attempt.
int fork(void) {
  struct proc *p = myproc();
  struct proc *child = procalloc(fork_start);
  if (child == 0)
    return -1;
  if (uvmcopy(p->pagetable, child->pagetable, p->sz) != 0) {
    procfree(child);
    return -1;
  }
  child->sz = p->sz;
  *child->trapframe = *p->trapframe;
  child->trapframe->a0 = 0;
  for (int fd = 0; fd < NOFILE; fd++)
    child->ofile[fd] = p->ofile[fd] ? filedup(p->ofile[fd]) : 0;
  child->cwd = idup(p->cwd);
  memmove(child->name, p->name, sizeof(child->name));

  acquire(&proc_lock);
  int pid = child->pid;
  child->parent = p;
  child->state = RUNNABLE; // from here on it may run, exit and be gone
  release(&proc_lock);
  return pid;
}

// The children of p, which exits, become init's. With proc_lock held.
static void abandon_children(struct proc *p) {
  for (struct proc *child = proc; child < &proc[NPROC]; child++) {
    if (child->parent != p)
      continue;
    child->parent = initproc;
    wakeup_locked(initproc); // it may be a zombie already
  }
}

// End the calling process. Its memory stays until the parent waits for it: it is standing on it.
void exit(int status) {
  struct proc *p = myproc();
  if (p == initproc)
    panic("exit: init exits");
  for (int fd = 0; fd < NOFILE; fd++) {
    struct file *f = p->ofile[fd];
    p->ofile[fd] = 0;
    if (f)
      fileclose(f);
  }
  irelease(p->cwd);

  acquire(&proc_lock);
  abandon_children(p);
  p->xstate = status;
  p->state = ZOMBIE;
  wakeup_locked(p->parent);
  sched();
  panic("exit: a zombie runs");
}

// A child of p that has exited, or 0; *any tells whether it has children at all.
static struct proc *find_zombie(struct proc *p, int *any) {
  *any = 0;
  for (struct proc *child = proc; child < &proc[NPROC]; child++) {
    if (child->parent != p)
      continue;
    *any = 1;
    if (child->state == ZOMBIE)
      return child;
  }
  return 0;
}

// Wait for a child to exit, free it and return its number. Its status goes to the user's
// status_va, unless that is 0. -1 without children, when killed, or when status_va is bad, and
// then the child can still be waited for.
int wait(u64 status_va) {
  struct proc *p = myproc();
  struct proc *child;
  int any;
  acquire(&proc_lock);
  while ((child = find_zombie(p, &any)) == 0) {
    if (!any || killed(p)) {
      release(&proc_lock);
      return -1;
    }
    sleep(p, &proc_lock); // exit wakes its parent
  }
  release(&proc_lock);

  // The zombie stays one: only its parent, this process, may take it away.
  int pid = child->pid, status = child->xstate;
  if (status_va && copyout(p->pagetable, status_va, &status, sizeof(status)) != 0)
    return -1;
  procfree(child);
  return pid;
}
