#include "user.h"

// Reads a line of at most capacity - 1 characters, one at a time, so that what follows it is left
// for other programs.
char *
gets(char *line, int capacity)
{
  int length = 0;
  char c = 0;
  while (length + 1 < capacity && c != '\n' && read(0, &c, 1) == 1)
    line[length++] = c;
  line[length] = 0;
  return line;
}

int
stat(const char *path, struct stat *to)
{
  int fd = open(path, O_RDONLY);
  int result = fd < 0 ? -1 : fstat(fd, to);
  if (fd >= 0)
    close(fd);
  return result;
}

int
write_all(int fd, const void *from, int count)
{
  const char *next = from;
  while (count > 0) {
    int taken = write(fd, next, count);
    if (taken <= 0)
      return -1;
    next += taken;
    count -= taken;
  }
  return 0;
}
