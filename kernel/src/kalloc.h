// Physical pages.
#pragma once
#include "abi/types.h"

// Every page has a count of the references to it: page tables that map it for the user, or the
// kernel structure that it was allocated for. All take the page's physical address.
void kinit(void);
void *kalloc(void);        // a page with one reference, or 0; filled with junk
void kfree(void *pa);      // drops a reference; the last one frees the page
void kshare(u64 pa);       // adds a reference
int kshared(u64 pa);       // is there more than one? stable at "no" for the sole owner
