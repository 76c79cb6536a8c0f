#include "fs.h"
#include "kalloc.h"
#include "plic.h"
#include "printf.h"
#include "proc.h"
#include "trap.h"
#include "uart.h"
#include "virtio.h"
#include "vm.h"

static int ready; // hart 0 has set up what all share

static void this_hart(void) {
  kvminithart();
  plic_inithart();
}

// Supervisor mode, every hart, on its boot stack, interrupts off.
void main(void) {
  trapinithart(); // first, so that a mistake in what follows is told
  if (cpuid() == 0) {
    uart_init();
    printf("\nxv6 kernel is booting\n\n");
    kinit();
    kvminit();
    plic_init();
    this_hart();
    virtio_init();
    userinit();
    __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
  } else {
    while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
      ;
    this_hart();
    printf("hart %lu starting\n", cpuid());
  }
  scheduler();
}
