// Where exec enters a program: argc is in a0 and argv in a1. The status that main returns is the
// program's.
  .section .text.start, "ax"
  .globl _start
_start:
  call main
  call exit
