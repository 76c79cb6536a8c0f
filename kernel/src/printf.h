// Messages of the kernel on the console.
#pragma once

// %d %u %x (int; with l, as in %lx, 64 bits), %p, %s, %c, %%.
void printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Print "panic: message" and stop every hart. The message is "function: reason".
void panic(const char *message) __attribute__((noreturn));
void stop_if_panicked(void);
