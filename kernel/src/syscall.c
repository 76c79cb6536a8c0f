#include "syscall.h"

#include "printf.h"
#include "proc.h"
#include "vm.h"

static i64 (*const calls[SYSCALL_LAST + 1])(const u64 *) = {
#define SYSCALL_ENTRY(name, number) [number] = sys_##name,
    SYSCALLS(SYSCALL_ENTRY)
#undef SYSCALL_ENTRY
};

// Do the call that the user's registers ask for. a0 to a5 are next to each other in the
// trapframe, so they are the argument array.
void syscall(void) {
  struct proc *p = myproc();
  struct trapframe *tf = p->trapframe;
  if (tf->a7 > SYSCALL_LAST || calls[tf->a7] == 0) {
    printf("%d %s: unknown system call %lu\n", p->pid, p->name, tf->a7);
    tf->a0 = -1;
    return;
  }
  tf->a0 = calls[tf->a7](&tf->a0);
}

// Fetch the string at the user's va into dst, of max bytes. 0, or -1 when it is not readable
// or too long.
int argstr(u64 va, char *dst, int max) {
  return copyinstr(myproc()->pagetable, dst, va, max);
}
