// Registers: those of user code across a trap, and those of a kernel thread across a switch.
#pragma once
#include "abi/types.h"

// A page of its own per process, mapped at TRAPFRAME in its address space; written and read by
// trampoline.S, which counts on the order: x1 to x31 from offset 40 on.
struct trapframe {
  u64 kernel_satp;   // what the trap entry needs to get into the kernel
  u64 kernel_sp;
  u64 kernel_trap;
  u64 epc;           // the user's pc
  u64 kernel_hartid;
  u64 ra, sp, gp, tp;
  u64 t0, t1, t2;
  u64 s0, s1;
  u64 a0, a1, a2, a3, a4, a5, a6, a7;
  u64 s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
  u64 t3, t4, t5, t6;
};
_Static_assert(__builtin_offsetof(struct trapframe, ra) == 40, "trampoline.S");
_Static_assert(__builtin_offsetof(struct trapframe, a0) == 112, "trampoline.S");
_Static_assert(__builtin_offsetof(struct trapframe, t6) == 280, "trampoline.S");

// What a call may not destroy; swtch.S counts on the order.
struct context {
  u64 ra, sp;
  u64 s[12];
};

void swtch(struct context *save, struct context *load);
