// The clock: an interrupt on every hart TICK_CYCLES apart, and a count of them.
#pragma once
#include "abi/types.h"

#define TICK_CYCLES 1000000UL // a tenth of a second on QEMU's 10 MHz clock

void timer_start(u64 hart); // machine mode, once per hart
void timer_tick(void);      // supervisor mode, at each timer interrupt
int sleep_ticks(u32 n);     // 0 after n ticks, -1 when killed before
u32 uptime(void);
