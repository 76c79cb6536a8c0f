#include "printf.h"

#include "abi/types.h"
#include "riscv.h"
#include "spinlock.h"
#include "uart.h"

static struct spinlock print_lock = SPINLOCK("printf");
int panicked; // set once, by the first hart that panics

static void print_string(const char *s) {
  for (s = s ? s : "(null)"; *s; s++)
    uart_put(*s);
}

static void print_number(u64 n, u32 base) {
  char digits[20];
  int count = 0;
  do
    digits[count++] = "0123456789abcdef"[n % base];
  while ((n /= base) != 0);
  while (count > 0)
    uart_put(digits[--count]);
}

static void print_signed(i64 n) {
  if (n < 0)
    uart_put('-');
  print_number(n < 0 ? -(u64)n : (u64)n, 10);
}

static void print(const char *format, __builtin_va_list args) {
  for (const char *f = format; *f; f++) {
    if (*f != '%') {
      uart_put(*f);
      continue;
    }
    int wide = f[1] == 'l';
    f += 1 + wide;
    switch (*f) {
    case 'd':
      print_signed(wide ? __builtin_va_arg(args, i64) : __builtin_va_arg(args, int));
      break;
    case 'u':
    case 'x':
      print_number(wide ? __builtin_va_arg(args, u64) : __builtin_va_arg(args, u32),
                   *f == 'x' ? 16 : 10);
      break;
    case 'p':
      print_string("0x");
      print_number((u64)__builtin_va_arg(args, void *), 16);
      break;
    case 's':
      print_string(__builtin_va_arg(args, const char *));
      break;
    case 'c':
      uart_put(__builtin_va_arg(args, int));
      break;
    case '%':
      uart_put('%');
      break;
    default:
      panic("printf: unknown conversion");
    }
  }
}

void printf(const char *format, ...) {
  __builtin_va_list args;
  __builtin_va_start(args, format);
  acquire(&print_lock);
  print(format, args);
  release(&print_lock);
  __builtin_va_end(args);
}

static void __attribute__((noreturn)) halt(void) {
  intr_off();
  for (;;)
    asm volatile("wfi");
}

// Takes no lock: the hart may hold any.
void panic(const char *message) {
  intr_off();
  if (__atomic_exchange_n(&panicked, 1, __ATOMIC_ACQ_REL) == 0) {
    print_string("panic: ");
    print_string(message);
    uart_put('\n');
  }
  halt();
}

// Called wherever a hart comes by regularly: at clock ticks and while it waits for a lock.
void stop_if_panicked(void) {
  if (__atomic_load_n(&panicked, __ATOMIC_RELAXED))
    halt();
}
