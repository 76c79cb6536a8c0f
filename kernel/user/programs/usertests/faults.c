// Accesses that must kill a process, and leave everyone else alone.
#include "tests.h"

static void
load(u64 address)
{
  *(volatile char *)at(address);
}

static void
store(u64 address)
{
  *(volatile char *)at(address) = 1;
}

static void
jump(u64 address)
{
  void (*function)(void) = (void (*)(void))at(address);
  function();
}

static void
must_be_killed(void (*access)(u64), u64 address, const char *name)
{
  int status = status_in_child(access, address);
  check(status == -1, "%s at %p ended with %d, not killed", name, (void *)address, status);
}

static void
far_loads(void)
{
  for (int i = 0; i < BAD_ADDRESSES; i++)
    must_be_killed(load, bad_address(i), "a load");
}

static void
far_stores(void)
{
  for (int i = 0; i < BAD_ADDRESSES; i++)
    must_be_killed(store, bad_address(i), "a store");
}

static void
far_jumps(void)
{
  for (int i = 0; i < BAD_ADDRESSES; i++)
    must_be_killed(jump, bad_address(i) & ~3UL, "a jump");
}

// All of the kernel's memory and devices, in steps.
static void
kernel_memory(void)
{
  for (u64 address = 0x80000000UL; address < 0x80000000UL + 2000000; address += 100000)
    must_be_killed(load, address, "a load");
  must_be_killed(store, 0x10000000UL, "a store");
  must_be_killed(store, 0x0c000000UL, "a store");
  must_be_killed(load, 0x80000000UL + (1UL << 32), "a load");
}

// An address that becomes a good one when cut to 32 bits is still a bad one.
static void
high_stores(void)
{
  static char page[PGSIZE];
  for (int shift = 32; shift < 64; shift++)
    must_be_killed(store, (u64)page | 1UL << shift, "a store");
  check(page[0] == 0, "a store reached another address");
}

static void
text_stores(void)
{
  must_be_killed(store, 0, "a store");
  must_be_killed(store, (u64)&text_stores, "a store");
  check(*(volatile u32 *)at((u64)&text_stores & ~3UL) != 1, "text was written");
}

// Data, heap and stack do not execute, a copied page no more than the one it was copied from.
static void
data_jumps(void)
{
  static u32 data[4] = {0x8082, 0, 0, 0}; // ret
  u32 stack[4] = {0x8082, 0, 0, 0};
  u32 *heap = (u32 *)PGROUNDUP(must_sbrk(2 * PGSIZE));
  heap[0] = 0x8082;
  data[1]++;
  must_be_killed(jump, (u64)data, "a jump");
  must_be_killed(jump, (u64)heap, "a jump");
  __asm__ volatile("" : : "r"(stack) : "memory");
  must_be_killed(jump, (u64)stack, "a jump");
}

static void
copied_data_jump(u64 address)
{
  *(volatile u32 *)at(address) = 0x8082; // makes the copy
  jump(address);
}

static void
copied_data_jumps(void)
{
  static u32 data[4] = {1, 0, 0, 0};
  must_be_killed(copied_data_jump, (u64)data, "a jump");
}

static void
illegal(u64 unused)
{
  (void)unused;
  __asm__ volatile(".word 0");
}

static void
privileged(u64 unused)
{
  (void)unused;
  __asm__ volatile("csrr t0, 0x180" : : : "t0"); // satp
}

static void
illegal_instructions(void)
{
  must_be_killed(illegal, 0, "an illegal instruction");
  must_be_killed(privileged, 0, "a privileged instruction");
}

// Memory that was given back is gone.
static void
shrunk_memory(void)
{
  char *page = (char *)PGROUNDUP(must_sbrk(3 * PGSIZE));
  page[0] = 1;
  page[PGSIZE] = 1;
  must_sbrk((int)((u64)page + PGSIZE - (u64)must_sbrk(0)));
  check(page[0] == 1, "what was kept changed");
  must_be_killed(load, (u64)page + PGSIZE, "a load");
  must_be_killed(store, (u64)page + PGSIZE, "a store");
  must_be_killed(load, (u64)page + PGSIZE + 1, "a load");
}

static void
overflow(u64 depth)
{
  volatile char frame[1024];
  frame[0] = (char)depth;
  if (depth > 0)
    overflow(depth - 1);
  __asm__ volatile("" : : "r"(frame) : "memory"); // the frame is needed until here
}

static void
stack_overflow(void)
{
  must_be_killed(overflow, 100, "a stack that grew too far");
}

// A child killed in a fault must not disturb what it shared.
static void
killed_sharer(void)
{
  static char shared[2 * PGSIZE] = {1};
  char *page = (char *)PGROUNDUP(shared);
  for (int i = 0; i < 20; i++) {
    page[0] = (char)i;
    must_be_killed(store, TRAPFRAME, "a store");
    check(page[0] == (char)i, "a killed child changed its parent");
  }
}

const struct test fault_tests[] = {
  {"farloads", far_loads},
  {"farstores", far_stores},
  {"farjumps", far_jumps},
  {"kernelmemory", kernel_memory},
  {"highstores", high_stores},
  {"textstores", text_stores},
  {"datajumps", data_jumps},
  {"copieddatajumps", copied_data_jumps},
  {"illegal", illegal_instructions},
  {"shrunkmemory", shrunk_memory},
  {"stackoverflow", stack_overflow},
  {"killedsharer", killed_sharer},
  {NULL, NULL},
};
