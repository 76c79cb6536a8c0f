// One function per system call. Arguments already are where the kernel looks for them.
#include "abi/syscall.h"

// sbrk itself is in heap.c: it fills in the second argument of the raw call.
#define sbrk sbrk_raw

#define STUB(name, number) \
  .globl name;             \
  name:                    \
  li a7, number;           \
  ecall;                   \
  ret;

  .text
SYSCALLS(STUB)
