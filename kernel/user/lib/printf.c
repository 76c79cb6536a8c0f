#include "user.h"

// Output collects here and leaves in one write per call, so that the lines of processes that print
// at the same time stay whole as long as they are short.
struct sink {
  int fd;
  int used;
  char bytes[128];
};

static void
flush(struct sink *sink)
{
  write_all(sink->fd, sink->bytes, sink->used);
  sink->used = 0;
}

static void
put(struct sink *sink, char c)
{
  if (sink->used == sizeof(sink->bytes))
    flush(sink);
  sink->bytes[sink->used++] = c;
}

// Writes a piece of `length` characters into a field: a negative width puts blanks after it.
static void
put_field(struct sink *sink, const char *piece, int length, int width)
{
  for (int blanks = width - length; blanks > 0; blanks--)
    put(sink, ' ');
  for (int i = 0; i < length; i++)
    put(sink, piece[i]);
  for (int blanks = -width - length; blanks > 0; blanks--)
    put(sink, ' ');
}

// A number in the given base, with its prefix, into the end of a buffer.
static void
put_number(struct sink *sink, u64 magnitude, u32 base, const char *prefix, int width)
{
  char digits[24];
  char *first = digits + sizeof(digits);
  do {
    *--first = "0123456789abcdef"[magnitude % base];
    magnitude /= base;
  } while (magnitude != 0);
  for (u64 i = strlen(prefix); i > 0; i--)
    *--first = prefix[i - 1];
  put_field(sink, first, (int)(digits + sizeof(digits) - first), width);
}

static void
put_signed(struct sink *sink, i64 value, int width)
{
  u64 magnitude = value < 0 ? -(u64)value : (u64)value;
  put_number(sink, magnitude, 10, value < 0 ? "-" : "", width);
}

// One conversion, whose letters start at f; returns its last letter. An unknown one is copied.
static const char *
convert(struct sink *sink, const char *f, va_list *args)
{
  int width = atoi(f);
  while (*f == '-' || (*f >= '0' && *f <= '9'))
    f++;
  int is_long = 0;
  while (*f == 'l') {
    is_long = 1;
    f++;
  }
  switch (*f) {
  case 'd':
    put_signed(sink, is_long ? va_arg(*args, i64) : va_arg(*args, int), width);
    break;
  case 'u':
  case 'x':
    put_number(sink, is_long ? va_arg(*args, u64) : va_arg(*args, u32), *f == 'u' ? 10 : 16, "",
               width);
    break;
  case 'p':
    put_number(sink, (u64)va_arg(*args, void *), 16, "0x", width);
    break;
  case 'c': {
    char c = (char)va_arg(*args, int);
    put_field(sink, &c, 1, width);
    break;
  }
  case 's': {
    const char *s = va_arg(*args, const char *);
    if (s == NULL)
      s = "(null)";
    put_field(sink, s, (int)strlen(s), width);
    break;
  }
  case 0:
    return f - 1;
  default:
    put(sink, *f);
  }
  return f;
}

void
vfprintf(int fd, const char *format, va_list args)
{
  struct sink sink = {.fd = fd, .used = 0};
  for (const char *f = format; *f != 0; f++) {
    if (*f == '%')
      f = convert(&sink, f + 1, &args);
    else
      put(&sink, *f);
  }
  flush(&sink);
}

void
printf(const char *format, ...)
{
  va_list args;
  va_start(args, format);
  vfprintf(1, format, args);
  va_end(args);
}

void
fprintf(int fd, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  vfprintf(fd, format, args);
  va_end(args);
}
