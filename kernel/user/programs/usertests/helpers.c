#include "tests.h"

void
fail(const char *format, ...)
{
  va_list args;
  va_start(args, format);
  printf("\n  ");
  vfprintf(1, format, args);
  printf("\n");
  va_end(args);
  exit(1);
}

int
must_fork(void)
{
  int pid = fork();
  check(pid >= 0, "fork failed");
  return pid;
}

void
must_end_with(int status)
{
  int found = 12345;
  check(wait(&found) > 0, "no child to wait for");
  check(found == status, "a child ended with %d, expected %d", found, status);
}

int
must_open(const char *path, int mode)
{
  int fd = open(path, mode);
  check(fd >= 0, "cannot open %s", path);
  return fd;
}

void
must_write(int fd, const void *from, int count)
{
  int taken = write(fd, from, count);
  check(taken == count, "write took %d of %d bytes", taken, count);
}

void
must_read(int fd, void *to, int count)
{
  int got = read(fd, to, count);
  check(got == count, "read gave %d of %d bytes", got, count);
}

void
must_pipe(int ends[2])
{
  check(pipe(ends) == 0, "cannot make a pipe");
}

char *
must_sbrk(int bytes)
{
  char *old = sbrk(bytes);
  check(old != SBRK_FAILED, "sbrk(%d) failed", bytes);
  return old;
}

int
status_in_child(void (*run)(u64), u64 argument)
{
  if (must_fork() == 0) {
    run(argument);
    exit(0);
  }
  int status = 12345;
  check(wait(&status) > 0, "no child to wait for");
  return status;
}

int
count_free_pages(void)
{
  int pid = fork();
  if (pid == 0) {
    int pages = 0;
    for (int step = 256; step > 0; step /= 4)
      while (sbrk(step * (int)PGSIZE) != SBRK_FAILED)
        pages += step;
    exit(pages);
  }
  int pages = -1;
  if (pid < 0 || wait(&pages) != pid || pages < 0)
    fail("cannot count the free pages");
  return pages;
}

char *
at(u64 address)
{
  __asm__("" : "+r"(address));
  return (char *)address;
}

u64
bad_address(int index)
{
  u64 stack = PGROUNDDOWN((u64)__builtin_frame_address(0));
  u64 heap_end = PGROUNDUP((u64)sbrk(0));
  u64 addresses[BAD_ADDRESSES] = {
    stack - PGSIZE,      heap_end + PGSIZE, 1UL << 30,     0x80000000UL, 0x81234567UL,
    TRAPFRAME,           TRAMPOLINE,        MAXVA,         1UL << 63,    ~0UL - 7,
  };
  return addresses[index];
}
