// System calls: from the user's registers to the function that does it.
#pragma once
#include "abi/syscall.h"
#include "abi/types.h"

void syscall(void);
int argstr(u64 va, char *dst, int max);

// Every call is a function of its arguments' registers, with the result for a0.
#define SYSCALL_PROTOTYPE(name, number) i64 sys_##name(const u64 *arg);
SYSCALLS(SYSCALL_PROTOTYPE)
#undef SYSCALL_PROTOTYPE
