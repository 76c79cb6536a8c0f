// Traps: from user code, from the kernel, from devices.
#pragma once
#include "config.h"

void trapinithart(void);
void usertrapret(void) __attribute__((noreturn));
