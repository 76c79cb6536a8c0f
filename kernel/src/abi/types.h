// Integer types shared by the kernel, the user programs and the image tools.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef signed long i64;

_Static_assert(sizeof(u32) == 4 && sizeof(u64) == 8, "LP64 is assumed throughout");
