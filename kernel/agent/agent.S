// The program that takes the place of /init while the kernel is being tested. It does nothing by
// itself: every process of it waits at `park`, an instruction that the emulator intercepts, until
// the host sets the registers and the pc of one of the stubs below. Each stub performs a single
// operation and goes back to `park`.
//
// No compressed instructions, so that every stub is aligned to 4 bytes and its addresses are the same
// with every assembler; agent.ld pins the pages.

  .option norvc
  .option norelax

  .text
  .globl _start, park
_start:
park:
  j park

// A stub called `name` that executes the given instruction.
  .macro stub name:req, insn:vararg
  .balign 4
  .globl \name
\name:
  \insn
  j park
  .endm

// The registers of a system call are set by the host: number in a7, arguments in a0 to a5.
  stub do_syscall, ecall

// Loads of (a1) into a0, stores of a0 to (a1).
  stub do_lb,  lb  a0, 0(a1)
  stub do_lbu, lbu a0, 0(a1)
  stub do_lh,  lh  a0, 0(a1)
  stub do_lhu, lhu a0, 0(a1)
  stub do_lw,  lw  a0, 0(a1)
  stub do_lwu, lwu a0, 0(a1)
  stub do_ld,  ld  a0, 0(a1)
  stub do_sb,  sb  a0, 0(a1)
  stub do_sh,  sh  a0, 0(a1)
  stub do_sw,  sw  a0, 0(a1)
  stub do_sd,  sd  a0, 0(a1)

// Read-modify-write of (a1) with a2; the old value comes back in a0.
  stub do_amoadd_w,  amoadd.w  a0, a2, (a1)
  stub do_amoadd_d,  amoadd.d  a0, a2, (a1)
  stub do_amoswap_w, amoswap.w a0, a2, (a1)
  stub do_amoswap_d, amoswap.d a0, a2, (a1)
  stub do_amoor_w,   amoor.w   a0, a2, (a1)
  stub do_amoor_d,   amoor.d   a0, a2, (a1)

// One attempt: the loaded value in a0, the store-conditional's result in a3 (0: it stored a2).
  .macro lrsc name:req, width:req
  .balign 4
  .globl \name
\name:
  lr.\width a0, (a1)
  sc.\width a3, a2, (a1)
  j park
  .endm
  lrsc do_lrsc_w, w
  lrsc do_lrsc_d, d

// Fetches an instruction at a1; if that is a `ret`, control comes back to `park`.
  .globl do_call
do_call:
  lla ra, park
  jr a1

// Stores the low byte of a0 to each of [a1, a1 + a2), in ascending order.
  .globl do_fill
do_fill:
  add a2, a1, a2
1:
  bgeu a1, a2, 2f
  sb a0, 0(a1)
  addi a1, a1, 1
  j 1b
2:
  j park

// sbrk by a0 bytes, as do_syscall; then stores a zero to every page that is new, so that a kernel
// whose sbrk is lazy takes the memory too.
  .globl do_grow
do_grow:
  mv a3, a0
  ecall
  li a5, -1
  beq a0, a5, 2f
  add a3, a3, a0
  lui a5, 1
  addi a4, a5, -1
  add a4, a4, a0
  srli a4, a4, 12
  slli a4, a4, 12
1:
  bgeu a4, a3, 2f
  sb zero, 0(a4)
  add a4, a4, a5
  j 1b
2:
  j park

// A harmless target of do_call.
  .globl ret_insn
ret_insn:
  ret

  .globl tstr_init, tstr_f0
tstr_init:
  .asciz "/init"
tstr_f0:
  .asciz "f0"

// The second page of text: another `ret`, then words that tell where they come from.
  .balign 4096, 0
  .globl text2
text2:
  ret
  .set word, 1
  .rept 1023
  .word 0x7e770000 + word
  .set word, word + 1
  .endr

// A string in a data page, NUL-terminated.
  .macro string name:req, text:req
  .globl \name
\name:
  .asciz "\text"
  .endm

// An argument vector, ended by a null pointer.
  .macro vector name:req, pointers:vararg
  .globl \name
\name:
  .ifnb \pointers
  .quad \pointers
  .endif
  .quad 0
  .endm

  .data
  .globl data0, data1
data0:
  vector argv_none
  vector argv_one, str_init
  vector argv_four, str_init, str_f0, str_f1, str_f2
  vector argv_badptr, 0xffff000000000000
  .globl argv_many
argv_many:                      // 33 arguments: more than exec takes
  .rept 33
  .quad str_f0
  .endr
  .quad 0

  .globl argv_large
argv_large:                     // fits the page that exec reads arguments to, but not the stack
  .rept 31
  .quad str_long + 70
  .endr
  .quad 0

  string str_init, "/init"
  string str_missing, "/missing"
  string str_notelf, "/README"
  string str_console, "/console"
  string str_f0, "f0"
  string str_f1, "f1"
  string str_f2, "f2"
  string str_f3, "f3"
  string str_d0, "d0"
  string str_dot, "."
  string str_dotdot, ".."
  .globl str_empty, str_long
str_empty:
  .byte 0
str_long:                       // 200 characters: longer than any path may be
  .fill 200, 1, 'l'
  .byte 0

// The rest of the data pages is a pattern whose words name their index in their page.
  .balign 2048, 0xda
  .set word, 256
  .rept 255
  .quad 0xda7a000000000000 + word
  .set word, word + 1
  .endr
  .fill 5, 1, 0xda
  .globl str_cross
str_cross:                      // "/init" again, half in each data page
  .ascii "/in"
data1:
  .asciz "it"
  .balign 8, 0xda
  .set word, 513
  .rept 511
  .quad 0xda7a000000000000 + word
  .set word, word + 1
  .endr

  .bss
  .globl bss0
bss0:
  .skip 4096
