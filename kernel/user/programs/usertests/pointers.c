// Bad pointers in system calls: an error return, nothing changed, nothing lost.
#include "tests.h"

static void
write_from_bad(void)
{
  int fd = must_open("ptr", O_CREATE | O_RDWR), ends[2];
  must_pipe(ends);
  for (int i = 0; i < BAD_ADDRESSES; i++) {
    void *bad = at(bad_address(i));
    check(write(fd, bad, 8192) == -1, "write to a file took bytes from %p", bad);
    check(write(1, bad, 8192) <= 0, "write to the console took bytes from %p", bad);
    check(write(ends[1], bad, 8192) <= 0, "write to a pipe took bytes from %p", bad);
  }
  close(fd);
  unlink("ptr");
}

static void
read_to_bad(void)
{
  int ends[2];
  must_pipe(ends);
  for (int i = 0; i < BAD_ADDRESSES; i++) {
    void *bad = at(bad_address(i));
    int fd = must_open("README", O_RDONLY);
    check(read(fd, bad, 200) <= 0, "read from a file put bytes at %p", bad);
    close(fd);
    must_write(ends[1], "x", 1);
    check(read(ends[0], bad, 1) <= 0, "read from a pipe put a byte at %p", bad);
  }
}

// Text is mapped, but must not be written, not even by the kernel.
static void
read_to_text(void)
{
  char *text = at((u64)&read_to_text & ~7UL), before[8];
  memmove(before, text, sizeof(before));
  int fd = must_open("README", O_RDONLY), ends[2];
  check(read(fd, text, sizeof(before)) <= 0, "read from a file put bytes into text");
  must_pipe(ends);
  must_write(ends[1], "12345678", 8);
  check(read(ends[0], text, 8) <= 0, "read from a pipe put bytes into text");
  check(fstat(fd, (struct stat *)text) == -1, "fstat wrote to text");
  check(memcmp(before, text, sizeof(before)) == 0, "text changed");
}

static void
bad_path(void)
{
  static char *argv[] = {"echo", NULL};
  for (int i = 0; i < BAD_ADDRESSES; i++) {
    char *bad = at(bad_address(i));
    check(open(bad, O_RDONLY) == -1, "open took a path at %p", bad);
    check(open(bad, O_CREATE | O_RDWR) == -1, "open created a path at %p", bad);
    check(unlink(bad) == -1, "unlink took a path at %p", bad);
    check(mkdir(bad) == -1, "mkdir took a path at %p", bad);
    check(chdir(bad) == -1, "chdir took a path at %p", bad);
    check(mknod(bad, 1, 1) == -1, "mknod took a path at %p", bad);
    check(link("README", bad) == -1 && link(bad, "x") == -1, "link took a path at %p", bad);
    check(exec(bad, argv) == -1, "exec took a path at %p", bad);
  }
}

static void
bad_argv(void)
{
  for (int i = 0; i < BAD_ADDRESSES; i++) {
    char *bad = at(bad_address(i));
    char *vector[] = {"echo", bad, NULL};
    check(exec("echo", (char **)bad) == -1, "exec took a vector at %p", bad);
    check(exec("echo", vector) == -1, "exec took an argument at %p", bad);
  }
}

// A result that cannot be stored: the call fails, and what it would have told can still be asked for.
static void
bad_results(void)
{
  int fd = must_open("README", O_RDONLY);
  for (int i = 0; i < BAD_ADDRESSES; i++) {
    char *bad = at(bad_address(i));
    check(fstat(fd, (struct stat *)bad) == -1, "fstat wrote to %p", bad);
    for (int k = 0; k < NFILE; k++) // a leak would use the descriptors up
      check(pipe((int *)bad) == -1, "pipe wrote to %p", bad);
    int pid = must_fork();
    if (pid == 0)
      exit(7);
    check(wait((int *)bad) == -1, "wait wrote to %p", bad);
    int status = 0, found = wait(&status);
    check(found == -1 || (found == pid && status == 7), "wait gave %d after a bad pointer", status);
  }
  int ends[2];
  must_pipe(ends);
}

// An address that would be a good one if its upper bits were ignored is still a bad one.
static void
high_addresses(void)
{
  static char page[PGSIZE];
  struct stat st;
  int ends[2];
  must_pipe(ends);
  for (int shift = 32; shift < 64; shift++) {
    char *high = at((u64)page | 1UL << shift);
    int fd = must_open("README", O_RDONLY);
    check(read(fd, high, 16) <= 0, "read from a file put bytes at %p", high);
    check(fstat(fd, (struct stat *)high) == -1, "fstat wrote to %p", high);
    check(write(ends[1], high, 16) <= 0, "write to a pipe took bytes from %p", high);
    close(fd);
  }
  check(stat("README", &st) == 0 && page[0] == 0, "another address was written");
}

// A path may end at the last byte of memory, but not run beyond it.
static void
path_at_the_end(void)
{
  char *end = must_sbrk(0);
  end = must_sbrk((int)(PGROUNDUP((u64)end) - (u64)end) + (int)PGSIZE);
  end = must_sbrk(0);
  strcpy(end - 7, "README");
  int fd = open(end - 7, O_RDONLY);
  check(fd >= 0, "a path at the end of memory was refused");
  end[-1] = 'x';
  check(open(end - 7, O_RDONLY) == -1, "a path without an end was taken");
}

static void
long_path(void)
{
  static char path[2 * MAXPATH];
  memset(path, '/', sizeof(path) - 1);
  check(open(path, O_RDONLY) == -1, "a path of %d bytes was taken", (int)sizeof(path));
  path[MAXPATH - 1] = 0;
  check(open(path, O_RDONLY) >= 0, "a path of the greatest length was refused");
  memset(path, 'b', MAXPATH - 1);
  check(open(path, O_RDONLY) == -1, "a name of that length exists");
}

// A buffer whose first page is there and whose second is not.
static void
half_mapped_buffer(void)
{
  char *end = (char *)PGROUNDUP(must_sbrk(2 * PGSIZE)) + PGSIZE;
  must_sbrk((int)((u64)end - (u64)must_sbrk(0)));
  int ends[2], fd = must_open("README", O_RDONLY);
  must_pipe(ends);
  must_write(ends[1], "0123456789", 10);
  memset(end - 8, '#', 8);
  int got = read(ends[0], end - 4, 8);
  check(got <= 4, "read put %d bytes before the end of memory", got);
  check(end[-5] == '#', "read wrote before its buffer");
  check(read(fd, end - 4, 8) <= 4, "read of a file ran beyond the end of memory");
  check(write(ends[1], end - 4, 8) <= 4, "write ran beyond the end of memory");
}

// Sizes that are negative or too large for any buffer.
static void
huge_sizes(void)
{
  static char buffer[64];
  int fd = must_open("README", O_RDONLY), ends[2];
  must_pipe(ends);
  check(write(ends[1], buffer, -1) <= 0, "a pipe took a negative number of bytes");
  check(read(fd, buffer, -1) <= 64, "a file gave a negative number of bytes");
  check(write(fd, buffer, 1 << 30) == -1, "a file opened for reading was written");
  int out = must_open("ptr", O_CREATE | O_WRONLY);
  check(write(out, buffer, 0x7fffffff) == -1, "a file took 2 GiB");
  close(out);
  unlink("ptr");
}

const struct test pointer_tests[] = {
  {"writefrombad", write_from_bad}, {"readtobad", read_to_bad},
  {"readtotext", read_to_text},     {"badpath", bad_path},
  {"badargv", bad_argv},            {"badresults", bad_results},
  {"highaddresses", high_addresses},
  {"pathatend", path_at_the_end},   {"longpath", long_path},
  {"halfbuffer", half_mapped_buffer}, {"hugesizes", huge_sizes},
  {NULL, NULL},
};
