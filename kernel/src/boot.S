# Every hart starts here in machine mode, with its number in mhartid. Give it a stack of its own
# and call start(). Harts beyond NCPU have neither stack nor struct cpu: they wait for ever.
#include "abi/param.h"

#define BOOT_STACK 4096

        .section .text.boot, "ax"
        .globl _entry
_entry:
        csrr    t0, mhartid
        li      t1, NCPU
        bgeu    t0, t1, park
        la      sp, boot_stacks
        li      t1, BOOT_STACK
        addi    t2, t0, 1
        mul     t2, t2, t1
        add     sp, sp, t2
        mv      s0, zero                # ends the chain of frames for debuggers
        call    start
park:
        wfi
        j       park

        .section .bss
        .balign 16
boot_stacks:
        .space  BOOT_STACK * NCPU
