// Machine mode: hand everything over to supervisor mode and never come back, except for the
// CLINT's timer interrupt in the variant that uses it.

#include "abi/param.h"
#include "memlayout.h"
#include "riscv.h"
#include "timer.h"

void main(void);

// Allow the supervisor every address (the first PMP entry, "top of range").
static void open_memory(void) {
  csr_write(pmpaddr0, ~0UL >> 10);
  csr_write(pmpcfg0, 0x0f);
}

// On the boot stack of this hart, in M mode with paging off.
void start(void) {
  u64 mstatus = csr_read(mstatus) & ~MSTATUS_MPP_MASK;
  csr_write(mstatus, mstatus | MSTATUS_MPP_S);
  csr_write(mepc, main);
  csr_write(satp, 0);

  // All exceptions and interrupts that can be delegated go to the supervisor.
  csr_write(medeleg, 0xffff);
  csr_write(mideleg, 0xffff);
  csr_set(sie, SIE_SEIE | SIE_STIE | SIE_SSIE);
  open_memory();

  u64 hart = csr_read(mhartid);
  asm volatile("mv tp, %0" ::"r"(hart));
  timer_start(hart);
  asm volatile("mret");
}
