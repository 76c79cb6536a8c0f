// Access to the machine: control and status registers, page-table entries, fences.
// Numbers and fields are those of the RISC-V privileged manual.
#pragma once
#include "abi/memory.h"
#include "abi/types.h"
#include "config.h"

#define CSR_TEXT(csr) #csr
#define csr_read(csr)                                        \
  ({                                                         \
    u64 value_;                                              \
    asm volatile("csrr %0, " CSR_TEXT(csr) : "=r"(value_)); \
    value_;                                                  \
  })
#define csr_write(csr, v) asm volatile("csrw " CSR_TEXT(csr) ", %0" ::"r"((u64)(v)) : "memory")
#define csr_set(csr, v) asm volatile("csrs " CSR_TEXT(csr) ", %0" ::"r"((u64)(v)) : "memory")
#define csr_clear(csr, v) asm volatile("csrc " CSR_TEXT(csr) ", %0" ::"r"((u64)(v)) : "memory")

// Registers that older assemblers do not know by name.
#define CSR_MENVCFG 0x30a
#define CSR_STIMECMP 0x14d

#define MSTATUS_MPP_MASK (3UL << 11)
#define MSTATUS_MPP_S (1UL << 11)
#define MSTATUS_MIE (1UL << 3)
#define MIE_MTIE (1UL << 7)
#define MIE_STIE (1UL << 5)
#define MCOUNTEREN_TM (1UL << 1)
#define MENVCFG_STCE (1UL << 63)

#define SSTATUS_SIE (1UL << 1)
#define SSTATUS_SPIE (1UL << 5)
#define SSTATUS_SPP (1UL << 8)
#define SIE_SSIE (1UL << 1)
#define SIE_STIE (1UL << 5)
#define SIE_SEIE (1UL << 9)
#define SIP_SSIP (1UL << 1)

// scause: interrupts have the top bit set.
#define CAUSE_INTERRUPT (1UL << 63)
#define CAUSE_SOFTWARE (CAUSE_INTERRUPT | 1)
#define CAUSE_TIMER (CAUSE_INTERRUPT | 5)
#define CAUSE_EXTERNAL (CAUSE_INTERRUPT | 9)
#define CAUSE_ECALL_U 8
#define CAUSE_FETCH_FAULT 12
#define CAUSE_LOAD_FAULT 13
#define CAUSE_STORE_FAULT 15

// Page tables: 512 entries a page, three levels.
typedef u64 pte_t;
typedef pte_t *pagetable_t;

#define PTES_PER_PAGE 512
#define PTE_V (1UL << 0)
#define PTE_R (1UL << 1)
#define PTE_W (1UL << 2)
#define PTE_X (1UL << 3)
#define PTE_U (1UL << 4)
#define PTE_COW (1UL << COW_BIT) // ours: was writable, is write-protected because shared
#define PTE_LEAF (PTE_R | PTE_W | PTE_X)
#define PTE_FLAG_BITS 10

#define PA2PTE(pa) ((u64)(pa) >> PGSHIFT << PTE_FLAG_BITS)
#define PTE2PA(pte) ((pte) >> PTE_FLAG_BITS << PGSHIFT)
#define PTE_FLAGS(pte) ((pte) & ((1UL << PTE_FLAG_BITS) - 1))
// Index of va into the table of a level; level 2 is the root.
#define PT_INDEX(va, level) ((u64)(va) >> (PGSHIFT + 9 * (level)) & (PTES_PER_PAGE - 1))

#define SATP_SV39(root) (8UL << 60 | (u64)(root) >> PGSHIFT)

// Forget every cached translation of this hart.
static inline void sfence_vma(void) {
  asm volatile("sfence.vma zero, zero" ::: "memory");
}

// Supervisor interrupts of this hart.
static inline int intr_get(void) {
  return (csr_read(sstatus) & SSTATUS_SIE) != 0;
}
static inline void intr_on(void) {
  csr_set(sstatus, SSTATUS_SIE);
}
static inline void intr_off(void) {
  csr_clear(sstatus, SSTATUS_SIE);
}

// This hart's number. start.c puts it into tp, where the kernel keeps it; user code may use tp,
// so the trampoline saves and restores it.
static inline u64 cpuid(void) {
  u64 id;
  asm volatile("mv %0, tp" : "=r"(id));
  return id;
}

static inline u32 reg_read32(u64 pa) {
  return *(volatile u32 *)pa;
}
static inline void reg_write32(u64 pa, u32 v) {
  *(volatile u32 *)pa = v;
}
