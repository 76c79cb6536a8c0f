// Processes, and the harts that run them.
#pragma once
#include "abi/param.h"
#include "riscv.h"
#include "spinlock.h"
#include "trapframe.h"

enum procstate { UNUSED, USED, SLEEPING, RUNNABLE, RUNNING, ZOMBIE };

struct proc {
  // proc_lock protects these, in every process's entry.
  int pid;
  enum procstate state;
  struct proc *parent;
  void *chan;          // what it sleeps on
  int xstate;          // status for wait
  int killed;          // must exit at the next way out of the kernel

  // These belong to the process itself, and to whoever makes it (USED) or reaps it (ZOMBIE).
  char name[16];       // for messages
  pagetable_t pagetable;
  u64 sz;              // bytes of user memory
  struct trapframe *trapframe;
  u64 kstack;          // address of its kernel stack
  struct inode *cwd;
  struct file *ofile[NOFILE];
  struct context context;
};

struct cpu {
  int noff;               // depth of push_off
  int intena;             // were interrupts on before the first?
  struct proc *proc;      // what runs here, or 0
  struct context context; // of this hart's scheduler
};

extern struct cpu cpus[NCPU];
extern struct proc proc[NPROC];
extern struct proc *initproc;
extern struct spinlock proc_lock;

// sched.c
struct cpu *mycpu(void);
struct proc *myproc(void);
void scheduler(void) __attribute__((noreturn));
void sched(void);
void yield(void);
void sleep(void *chan, struct spinlock *lk);
void wakeup(void *chan);
void wakeup_locked(void *chan);

// proc.c
struct proc *procalloc(void (*start)(void));
void procfree(struct proc *p);
pagetable_t proc_pagetable(struct trapframe *trapframe);
void proc_freepagetable(pagetable_t pagetable, u64 sz);
void userinit(void);
int growproc(int n);
int kill(int pid);
int killed(struct proc *p);
void procdump(void);

// life.c
int fork(void);
void exit(int status) __attribute__((noreturn));
int wait(u64 status_va);
int exec(const char *path, char *const argv[], int argc);
