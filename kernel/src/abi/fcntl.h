// Flags of open; the two lowest bits are the access mode.
#pragma once

#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREATE (1 << 9)
#define O_TRUNC (1 << 10)
