// Page tables: the kernel's one, and those of the processes.
#pragma once
#include "riscv.h"

// Any page table (vm.c).
pte_t *walk(pagetable_t pagetable, u64 va, int alloc);
u64 next_mapped(pagetable_t pagetable, u64 va, u64 end, pte_t **pte);
int mappages(pagetable_t pagetable, u64 va, u64 size, u64 pa, u64 perm);
void kvminit(void);
void kvminithart(void);

// User address spaces (uvm.c, uvmcopy.c).
pagetable_t uvmcreate(void);
u64 uvmalloc(pagetable_t pagetable, u64 oldsz, u64 newsz, u64 perm);
u64 uvmdealloc(pagetable_t pagetable, u64 oldsz, u64 newsz);
void uvmunmap(pagetable_t pagetable, u64 va, u64 npages, int do_free);
void uvmclear(pagetable_t pagetable, u64 va);
void uvmfree(pagetable_t pagetable, u64 sz);
int uvmcopy(pagetable_t parent, pagetable_t child, u64 sz);

// What an access to user memory wants to do (fault.c).
enum access { LOAD, STORE, FETCH };
struct proc;
int uvmfault(pagetable_t pagetable, u64 sz, u64 va, enum access access);

// The kernel's own accesses to user memory (usercopy.c). Each does all or nothing: -1 means that
// no byte was copied.
int uvmready(pagetable_t pagetable, u64 va, u64 len, enum access access);
u64 walkaddr(pagetable_t pagetable, u64 va);
int copyout(pagetable_t pagetable, u64 dstva, const void *src, u64 len);
int copyin(pagetable_t pagetable, void *dst, u64 srcva, u64 len);
int copyinstr(pagetable_t pagetable, char *dst, u64 srcva, u64 max);
