// References to each physical page, counted. Only kalloc.c uses this.
#pragma once
#include "abi/types.h"

void refs_first(u64 pa); // 0 becomes 1: the page leaves the free list
void refs_add(u64 pa);   // one more; there must be one already
int refs_drop(u64 pa);   // one less; returns how many are left
int refs_count(u64 pa);
