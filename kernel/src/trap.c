#include "trap.h"

#include "abi/param.h"
#include "console.h"
#include "memlayout.h"
#include "plic.h"
#include "printf.h"
#include "proc.h"
#include "syscall.h"
#include "timer.h"
#include "virtio.h"
#include "vm.h"

extern char uservec[], userret[]; // trampoline.S
void kernelvec(void);             // kernelvec.S

enum interrupt { NONE, DEVICE, CLOCK };

// From now on traps of this hart go to the kernel's handler.
void trapinithart(void) {
  csr_write(stvec, kernelvec);
}

static void serve_device(void) {
  int irq = plic_claim();
  if (irq == UART0_IRQ)
    console_interrupt();
  else if (irq == VIRTIO0_IRQ)
    virtio_interrupt();
  else if (irq != 0)
    printf("serve_device: unexpected interrupt %d\n", irq);
  if (irq != 0)
    plic_complete(irq);
}

// Serve the interrupt that scause tells of, and say what it was; NONE if it is none.
static enum interrupt devintr(u64 scause) {
  switch (scause) {
  case CAUSE_EXTERNAL:
    serve_device();
    return DEVICE;
  case CAUSE_SOFTWARE: // the CLINT variant's clock
  case CAUSE_TIMER:
    stop_if_panicked();
    timer_tick();
    return CLOCK;
  default:
    return NONE;
  }
}

// A page fault of user code. Whether it could be mended.
static int page_fault(struct proc *p, u64 scause, u64 va) {
  switch (scause) {
  case CAUSE_STORE_FAULT:
    return uvmfault(p->pagetable, p->sz, va, STORE) == 0;
  case CAUSE_LOAD_FAULT:
    return uvmfault(p->pagetable, p->sz, va, LOAD) == 0;
  case CAUSE_FETCH_FAULT:
    return uvmfault(p->pagetable, p->sz, va, FETCH) == 0;
  default:
    return 0;
  }
}

// A trap from user code; called by uservec, on the process's kernel stack, interrupts off.
void usertrap(void) {
  if (csr_read(sstatus) & SSTATUS_SPP)
    panic("usertrap: not from user mode");
  csr_write(stvec, kernelvec); // the kernel's own traps go there while it works
  struct proc *p = myproc();
  u64 scause = csr_read(scause), stval = csr_read(stval);
  p->trapframe->epc = csr_read(sepc);

  enum interrupt interrupt = NONE;
  if (scause == CAUSE_ECALL_U) {
    if (killed(p))
      exit(-1);
    p->trapframe->epc += 4; // behind the ecall
    intr_on();              // scause and the like are not needed any more
    syscall();
  } else if ((interrupt = devintr(scause)) == NONE && !page_fault(p, scause, stval)) {
    printf("usertrap: scause 0x%lx pid %d (%s) sepc 0x%lx stval 0x%lx\n", scause, p->pid,
           p->name, p->trapframe->epc, stval);
    kill(p->pid);
  }

  if (killed(p))
    exit(-1);
  if (interrupt == CLOCK)
    yield();
  usertrapret();
}

// Go (back) to user code as the trapframe tells.
void usertrapret(void) {
  struct proc *p = myproc();
  intr_off(); // between here and sret a trap would take the user's way in
  csr_write(stvec, TRAMPOLINE + (uservec - trampoline));

  struct trapframe *tf = p->trapframe;
  tf->kernel_satp = csr_read(satp);
  tf->kernel_sp = p->kstack + PGSIZE;
  tf->kernel_trap = (u64)usertrap;
  tf->kernel_hartid = cpuid();

  csr_clear(sstatus, SSTATUS_SPP); // sret to user mode
  csr_set(sstatus, SSTATUS_SPIE);  // with interrupts on
  csr_write(sepc, tf->epc);

  void (*leave)(u64) = (void (*)(u64))(TRAMPOLINE + (userret - trampoline));
  leave(SATP_SV39(p->pagetable));
  __builtin_unreachable();
}

// A trap in the kernel; called by kernelvec on the stack of what was interrupted.
void kerneltrap(void) {
  u64 sepc = csr_read(sepc), sstatus = csr_read(sstatus), scause = csr_read(scause);
  if (!(sstatus & SSTATUS_SPP) || intr_get())
    panic("kerneltrap: bad mode");
  enum interrupt interrupt = devintr(scause);
  if (interrupt == NONE) {
    printf("scause 0x%lx sepc 0x%lx stval 0x%lx\n", scause, sepc, csr_read(stval));
    panic("kerneltrap: fault in the kernel");
  }
  // Another thread may have run and trapped before yield returns.
  if (interrupt == CLOCK && myproc())
    yield();
  csr_write(sepc, sepc);
  csr_write(sstatus, sstatus);
}
