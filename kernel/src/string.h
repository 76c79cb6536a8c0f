// Bytes and strings.
#pragma once
#include "abi/types.h"

void *memset(void *dst, int byte, u64 n);
void *memmove(void *dst, const void *src, u64 n);
void *memcpy(void *dst, const void *src, u64 n); // called by compiled code; same as memmove
int memcmp(const void *a, const void *b, u64 n);
u64 strlen(const char *s);
int strncmp(const char *a, const char *b, u64 n);
void strcopy(char *dst, const char *src, u64 size); // always ends dst, of size bytes, with a NUL
