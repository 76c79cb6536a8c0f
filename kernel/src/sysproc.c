// The system calls about processes.

#include "proc.h"
#include "syscall.h"
#include "timer.h"

i64 sys_fork(const u64 *arg) {
  (void)arg;
  return fork();
}

i64 sys_exit(const u64 *arg) {
  exit(arg[0]);
}

i64 sys_wait(const u64 *arg) {
  return wait(arg[0]);
}

i64 sys_kill(const u64 *arg) {
  return kill(arg[0]);
}

i64 sys_getpid(const u64 *arg) {
  (void)arg;
  return myproc()->pid;
}

// sbrk(int n): grow, or shrink, the memory by n bytes; the old size, which is the address of
// what was added. Lazily, only the size changes, and pages come with their first use.
i64 sys_sbrk(const u64 *arg) {
  struct proc *p = myproc();
  int n = arg[0];
  u64 old = p->sz;
#ifdef LAZY_SBRK
#ifdef LAZY_ALWAYS
  int lazy = 1;
#else
  int lazy = arg[1] == SBRK_LAZY;
#endif
  if (lazy && n > 0) {
    if (old + n > TRAPFRAME)
      return -1;
    p->sz += n;
    return old;
  }
#endif
  return growproc(n) == 0 ? (i64)old : -1;
}

// sleep(int n): 0 after n ticks of the clock, -1 when killed.
i64 sys_sleep(const u64 *arg) {
  int n = arg[0];
  return sleep_ticks(n < 0 ? 0 : n);
}

i64 sys_uptime(const u64 *arg) {
  (void)arg;
  return uptime();
}
