# Machine-mode handler of the CLINT's timer interrupt, the only trap that is not delegated:
# set the time of the next one and raise a supervisor software interrupt. mscratch points at this
# hart's row of timer_scratch (timer.c): three saved registers, &mtimecmp, interval.
#include "config.h"
#ifdef TIMER_CLINT
        .section .text
        .globl timervec
        .balign 4
timervec:
        csrrw   t6, mscratch, t6
        sd      t3, 0(t6)
        sd      t4, 8(t6)
        sd      t5, 16(t6)

        ld      t3, 24(t6)
        ld      t4, 32(t6)
        ld      t5, 0(t3)
        add     t5, t5, t4
        sd      t5, 0(t3)
        li      t3, 2                   # SSIP
        csrs    sip, t3

        ld      t3, 0(t6)
        ld      t4, 8(t6)
        ld      t5, 16(t6)
        csrrw   t6, mscratch, t6
        mret
#endif
