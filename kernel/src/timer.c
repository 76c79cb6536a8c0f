#include "timer.h"

#include "abi/param.h"
#include "memlayout.h"
#include "proc.h"
#include "riscv.h"
#include "spinlock.h"

static struct spinlock tickslock = SPINLOCK("ticks");
u32 ticks; // interrupts of hart 0 since boot

#ifdef TIMER_CLINT

// What timervec (timervec.S) needs of a hart, reached through mscratch: room for three registers,
// the address of the hart's compare register, and the interval.
u64 timer_scratch[NCPU][5];

#define CLINT_MTIMECMP(hart) (CLINT + 0x4000 + 8 * (hart))
#define CLINT_MTIME (CLINT + 0xbff8)

void timervec(void);

void timer_start(u64 hart) {
  u64 compare = CLINT_MTIMECMP(hart);
  *(volatile u64 *)compare = *(volatile u64 *)CLINT_MTIME + TICK_CYCLES;
  timer_scratch[hart][3] = compare;
  timer_scratch[hart][4] = TICK_CYCLES;
  csr_write(mscratch, timer_scratch[hart]);
  csr_write(mtvec, timervec);
  csr_set(mstatus, MSTATUS_MIE);
  csr_set(mie, MIE_MTIE);
}

// timervec has programmed the next interrupt and raised a software interrupt: lower it.
static void next_tick(void) {
  csr_clear(sip, SIP_SSIP);
}

#else

void timer_start(u64 hart) {
  (void)hart;
  csr_set(mie, MIE_STIE);
  csr_set(CSR_MENVCFG, MENVCFG_STCE);      // the supervisor may use stimecmp,
  csr_set(mcounteren, MCOUNTEREN_TM);      // and read the time
  csr_write(CSR_STIMECMP, csr_read(time) + TICK_CYCLES);
}

// Ask for the next interrupt, which also takes this one back.
static void next_tick(void) {
  csr_write(CSR_STIMECMP, csr_read(time) + TICK_CYCLES);
}

#endif

// Called with interrupts off. One hart keeps the time for all.
void timer_tick(void) {
  next_tick();
  if (cpuid() != 0)
    return;
  acquire(&tickslock);
  ticks++;
  wakeup(&ticks);
  release(&tickslock);
}

u32 uptime(void) {
  acquire(&tickslock);
  u32 now = ticks;
  release(&tickslock);
  return now;
}

int sleep_ticks(u32 n) {
  int result = 0;
  acquire(&tickslock);
  for (u32 since = ticks; result == 0 && ticks - since < n;) {
    if (killed(myproc()))
      result = -1;
    else
      sleep(&ticks, &tickslock);
  }
  release(&tickslock);
  return result;
}
