// What the variants of this kernel differ in. Each setting is one -D flag; the defaults make the
// kernel called `cow`.
#pragma once

// FORK_EAGER: fork copies every page at once instead of sharing it.
// TIMER_CLINT: the timer is the CLINT's, forwarded by a machine-mode handler; else it is Sstc's
//   stimecmp, which the supervisor programs itself.
// FREELIST_PERCPU: one free list per hart, refilled from the others; else one for all.
// LAZY_SBRK: sbrk(n, SBRK_LAZY) reserves addresses only, a page comes with its first use.
// LAZY_ALWAYS: with LAZY_SBRK, every sbrk that grows does that.
// RENAMED: functions bear the names they have in the trees of 2025 (see renamed.h).

// How the references to a physical page are counted; see refs.c.
#define REFS_INT 0    // an int per page, one lock
#define REFS_BYTE 1   // a byte per page, one lock
#define REFS_LOCKED 2 // a struct per page with a lock of its own
#define REFS_ATOMIC 3 // an int per page, changed by atomic instructions
#ifndef REFS
#define REFS REFS_INT
#endif

// The bit of a PTE, 8 or 9 (the RSW field), that marks a page as copy-on-write.
#ifndef COW_BIT
#define COW_BIT 8
#endif

// Memory of the board, in MiB.
#ifndef RAM_MIB
#define RAM_MIB 128
#endif

#ifdef RENAMED
#include "renamed.h"
#endif
