# void swtch(struct context *save, struct context *load)
# Put the registers that survive a call into *save, take those in *load, and return there.

        .macro  each_kept op, base
        \op     ra, 0(\base)
        \op     sp, 8(\base)
        .set    at, 16
        .irp    r, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11
        \op     \r, at(\base)
        .set    at, at + 8
        .endr
        .endm

        .section .text
        .globl  swtch
swtch:
        each_kept sd, a0
        each_kept ld, a1
        ret
