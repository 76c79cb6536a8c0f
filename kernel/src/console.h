// The console: lines from the keyboard, characters to the screen.
#pragma once
#include "abi/types.h"

void console_interrupt(void);
int console_read(u64 dst, int n);
int console_write(u64 src, int n);
