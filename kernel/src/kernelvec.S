# Traps taken in the kernel: interrupts, and faults that are bugs. They happen on the stack of
# whatever runs, so save there every register that C code may change, call kerneltrap() and go
# back. tp is not restored: the thread may continue on another hart, whose number it then holds.

        .macro  each_changed op
        .set    at, 0
        .irp    r, ra, gp, t0, t1, t2, a0, a1, a2, a3, a4, a5, a6, a7, t3, t4, t5, t6
        \op     \r, at(sp)
        .set    at, at + 8
        .endr
        .endm

        .section .text
        .globl  kernelvec
        .balign 4
kernelvec:
        addi    sp, sp, -144
        each_changed sd
        call    kerneltrap
        each_changed ld
        addi    sp, sp, 144
        sret
