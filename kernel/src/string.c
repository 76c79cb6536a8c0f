#include "string.h"

// The loops below are what these functions are made of: the compiler must not recognise them and
// put a call of the same function in their place.
#if defined(__clang__)
#define PLAIN_LOOPS __attribute__((no_builtin))
#else
#define PLAIN_LOOPS __attribute__((optimize("no-tree-loop-distribute-patterns")))
#endif

#define ALIGNED(x) (((u64)(x) & 7) == 0)

// Fill n bytes. Whole pages are filled all the time (see kalloc.c), so words where possible.
PLAIN_LOOPS void *memset(void *dst, int byte, u64 n) {
  u8 *to = dst;
  if (ALIGNED(dst)) {
    u64 word = (u8)byte * 0x0101010101010101UL;
    for (; n >= 32; n -= 32, to += 32) {
      u64 *w = (u64 *)to;
      w[0] = word;
      w[1] = word;
      w[2] = word;
      w[3] = word;
    }
  }
  while (n--)
    *to++ = byte;
  return dst;
}

// Copy n bytes; the areas may overlap.
PLAIN_LOOPS void *memmove(void *dst, const void *src, u64 n) {
  u8 *to = dst;
  const u8 *from = src;
  if (to > from && to < from + n) { // would overwrite what is still to be read: go backwards
    while (n--)
      to[n] = from[n];
    return dst;
  }
  if (ALIGNED(to) && ALIGNED(from))
    for (; n >= 8; n -= 8, to += 8, from += 8)
      *(u64 *)to = *(const u64 *)from;
  while (n--)
    *to++ = *from++;
  return dst;
}

void *memcpy(void *dst, const void *src, u64 n) {
  return memmove(dst, src, n);
}

int memcmp(const void *a, const void *b, u64 n) {
  const u8 *x = a, *y = b;
  for (u64 i = 0; i < n; i++)
    if (x[i] != y[i])
      return x[i] < y[i] ? -1 : 1;
  return 0;
}

PLAIN_LOOPS u64 strlen(const char *s) {
  u64 n = 0;
  while (s[n] != 0)
    n++;
  return n;
}

int strncmp(const char *a, const char *b, u64 n) {
  for (u64 i = 0; i < n; i++) {
    u8 x = a[i], y = b[i];
    if (x != y)
      return x < y ? -1 : 1;
    if (x == 0)
      break;
  }
  return 0;
}

void strcopy(char *dst, const char *src, u64 size) {
  u64 n = strlen(src);
  if (n > size - 1)
    n = size - 1;
  memmove(dst, src, n);
  dst[n] = 0;
}
