// The system calls, as X(name, number). The number goes in a7, arguments in a0.., the result
// comes back in a0; -1 says that the call failed and changed nothing.
#pragma once

#define SYSCALLS(X) \
  X(fork, 1)        \
  X(exit, 2)        \
  X(wait, 3)        \
  X(pipe, 4)        \
  X(read, 5)        \
  X(kill, 6)        \
  X(exec, 7)        \
  X(fstat, 8)       \
  X(chdir, 9)       \
  X(dup, 10)        \
  X(getpid, 11)     \
  X(sbrk, 12)       \
  X(sleep, 13)      \
  X(uptime, 14)     \
  X(open, 15)       \
  X(write, 16)      \
  X(mknod, 17)      \
  X(unlink, 18)     \
  X(link, 19)       \
  X(mkdir, 20)      \
  X(close, 21)

#define SYSCALL_LAST 21

// Second argument of sbrk, obeyed by the lazy variant only (as in the trees of 2025).
#define SBRK_EAGER 1
#define SBRK_LAZY 2

#ifndef __ASSEMBLER__
#define SYSCALL_NUMBER(name, number) SYS_##name = number,
enum { SYSCALLS(SYSCALL_NUMBER) };
#undef SYSCALL_NUMBER
#endif
