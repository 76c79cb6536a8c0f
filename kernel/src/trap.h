// Traps: from user code, from the kernel, from devices.
#pragma once

void trapinithart(void);
void usertrapret(void) __attribute__((noreturn));
