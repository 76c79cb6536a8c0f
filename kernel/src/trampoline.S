# The way from user code into the kernel and back. This page is mapped at TRAMPOLINE in every
# page table, the kernel's too, so that satp can change under it.

        # x1..x31 but a0 (x10), at their places in the trapframe that a0 points to
        .macro  each_register op
        .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        \op     x\n, 32 + 8 * \n (a0)
        .endr
        .endm

        .macro  use_pagetable satp_value
        sfence.vma zero, zero
        csrw    satp, \satp_value
        sfence.vma zero, zero
        .endm

        .section .trampoline, "ax"
        .globl  trampoline, uservec, userret
        .balign 4096
trampoline:

# stvec while user code runs: all registers are the user's, the page table too.
        .balign 4
uservec:
        csrw    sscratch, a0
        li      a0, (1 << 38) - 2 * 4096        # TRAPFRAME
        each_register sd
        csrr    t0, sscratch
        sd      t0, 112(a0)                     # the user's a0
        ld      sp, 8(a0)                       # kernel_sp
        ld      tp, 32(a0)                      # kernel_hartid
        ld      t0, 16(a0)                      # kernel_trap
        ld      t1, 0(a0)                       # kernel_satp
        use_pagetable t1
        jr      t0

# userret(u64 satp): called at its address in the trampoline, with interrupts off.
userret:
        use_pagetable a0
        li      a0, (1 << 38) - 2 * 4096
        each_register ld
        ld      a0, 112(a0)
        sret
