#include "user.h"

void *
memset(void *to, int byte, u64 count)
{
  u8 *bytes = to;
  u8 *end = bytes + count;
  while (bytes < end)
    *bytes++ = (u8)byte;
  return to;
}

// Copies in the direction that keeps overlapping areas right.
void *
memmove(void *to, const void *from, u64 count)
{
  u8 *dst = to;
  const u8 *src = from;
  if (dst <= src || dst >= src + count) {
    for (u64 i = 0; i < count; i++)
      dst[i] = src[i];
  } else {
    for (u64 i = count; i > 0; i--)
      dst[i - 1] = src[i - 1];
  }
  return to;
}

void *
memcpy(void *to, const void *from, u64 count)
{
  return memmove(to, from, count);
}

int
memcmp(const void *a, const void *b, u64 count)
{
  const u8 *x = a, *y = b;
  for (u64 i = 0; i < count; i++)
    if (x[i] != y[i])
      return x[i] < y[i] ? -1 : 1;
  return 0;
}

u64
strlen(const char *s)
{
  u64 length = 0;
  while (s[length] != 0)
    length++;
  return length;
}

int
strcmp(const char *a, const char *b)
{
  u64 i = 0;
  while (a[i] != 0 && a[i] == b[i])
    i++;
  return (u8)a[i] - (u8)b[i];
}

char *
strcpy(char *to, const char *from)
{
  memmove(to, from, strlen(from) + 1);
  return to;
}

// The first place of c in s, or null.
char *
strchr(const char *s, char c)
{
  for (; *s != 0; s++)
    if (*s == c)
      return (char *)s;
  return NULL;
}

// The decimal number that s starts with, after an optional minus sign; 0 when there is none.
int
atoi(const char *s)
{
  int negative = *s == '-';
  u32 value = 0;
  for (s += negative; *s >= '0' && *s <= '9'; s++)
    value = value * 10 + (u32)(*s - '0');
  return negative ? -(int)value : (int)value;
}
