#include "plic.h"

#include "memlayout.h"
#include "riscv.h"

// Every hart has two contexts, machine mode's and supervisor's.
#define CONTEXT(hart) (2 * (hart) + 1)
#define PRIORITY(irq) (PLIC + 4 * (irq))
#define ENABLE(context) (PLIC + 0x2000 + 0x80 * (context))
#define THRESHOLD(context) (PLIC + 0x200000 + 0x1000 * (context))
#define CLAIM(context) (THRESHOLD(context) + 4)

void plic_init(void) {
  reg_write32(PRIORITY(UART0_IRQ), 1);
  reg_write32(PRIORITY(VIRTIO0_IRQ), 1);
}

void plic_inithart(void) {
  u64 context = CONTEXT(cpuid());
  reg_write32(ENABLE(context), 1U << UART0_IRQ | 1U << VIRTIO0_IRQ);
  reg_write32(THRESHOLD(context), 0);
}

int plic_claim(void) {
  return reg_read32(CLAIM(CONTEXT(cpuid())));
}

void plic_complete(int irq) {
  reg_write32(CLAIM(CONTEXT(cpuid())), irq);
}
