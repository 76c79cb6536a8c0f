// Tests copy-on-write fork: sharing (simple), copies made by stores in three generations (three), copies
// made by the kernel when it fills a buffer (file), and many short-lived sharers (forkfork).
#include "user.h"

#define MIB (1 << 20)

static void
fail(const char *test, const char *what)
{
  printf("%s: %s\n", test, what);
  exit(1);
}

static void
ok(const char *test)
{
  printf("%s: ok\n", test);
}

// The memory that a process could have, in bytes: grows until the kernel says no, and shrinks back.
static int
free_memory(void)
{
  int total = 0;
  while (total < 1024 * MIB && sbrk(MIB) != SBRK_FAILED)
    total += MIB;
  sbrk(-total);
  return total;
}

static char *
claim(const char *test, int bytes)
{
  char *base = sbrk(bytes);
  if (base == SBRK_FAILED)
    fail(test, "sbrk() failed");
  return base;
}

static int
must_fork(const char *test)
{
  int pid = fork();
  if (pid < 0)
    fail(test, "fork() failed");
  return pid;
}

static void
must_end_well(const char *test)
{
  int status = -1;
  if (wait(&status) < 0)
    fail(test, "wait() failed");
  if (status != 0)
    fail(test, "a child failed");
}

// What `writer` leaves in the first word of a page.
static u64
mark_of(const char *page, u64 writer)
{
  return writer << 40 | (u64)page;
}

static void
mark(char *base, int bytes, u64 writer)
{
  for (int at = 0; at < bytes; at += PGSIZE)
    *(volatile u64 *)(base + at) = mark_of(base + at, writer);
}

static void
expect_marks(const char *test, char *base, int bytes, u64 writer)
{
  for (int at = 0; at < bytes; at += PGSIZE)
    if (*(volatile u64 *)(base + at) != mark_of(base + at, writer))
      fail(test, "wrong content");
}

// More than half of memory, forked: possible only if the pages are shared.
static void
simple(int memory)
{
  int bytes = memory / 3 * 2;
  char *base = claim("simple", bytes);
  mark(base, bytes, 1);
  if (must_fork("simple") == 0)
    exit(0);
  must_end_well("simple");
  expect_marks("simple", base, bytes, 1);
  sbrk(-bytes);
  ok("simple");
}

// Three generations share a quarter of memory; each writes a part, and must find the rest as its
// parent left it. With every page copied for everyone there would not be enough memory.
static void
three(int memory)
{
  int bytes = memory / 4 / (4 * PGSIZE) * (4 * PGSIZE);
  int half = bytes / 2, quarter = bytes / 4;
  char *base = claim("three", bytes);
  mark(base, bytes, 1);
  if (must_fork("three") == 0) {
    if (must_fork("three") == 0) {
      mark(base, quarter, 3);
      expect_marks("three", base, quarter, 3);
      expect_marks("three", base + quarter, quarter, 1);
      exit(0);
    }
    mark(base + half, half, 2);
    must_end_well("three");
    expect_marks("three", base, quarter, 1);
    expect_marks("three", base + half, half, 2);
    mark(base, bytes, 4);
    expect_marks("three", base, bytes, 4);
    exit(0);
  }
  mark(base + quarter, quarter, 5);
  must_end_well("three");
  expect_marks("three", base, quarter, 1);
  expect_marks("three", base + quarter, quarter, 5);
  sbrk(-bytes);
  ok("three");
}

static char shared_buffer[2 * PGSIZE];

// Children receive different bytes through a pipe into a buffer that all share.
static void
file(void)
{
  static const int children = 4;
  char *buffer = shared_buffer + PGSIZE - 2; // lies in two pages
  int ends[2];
  buffer[0] = 99;
  buffer[3] = 98;
  for (int i = 0; i < children; i++) {
    if (pipe(ends) < 0)
      fail("file", "pipe() failed");
    if (must_fork("file") == 0) {
      sleep(1);
      if (read(ends[0], buffer, 4) != 4)
        fail("file", "read() failed");
      for (int k = 0; k < 4; k++)
        if (buffer[k] != 10 * i + k)
          fail("file", "read() gave wrong content");
      exit(0);
    }
    char message[4];
    for (int k = 0; k < 4; k++)
      message[k] = (char)(10 * i + k);
    if (write(ends[1], message, 4) != 4)
      fail("file", "write() failed");
    close(ends[0]);
    close(ends[1]);
  }
  for (int i = 0; i < children; i++)
    must_end_well("file");
  if (buffer[0] != 99 || buffer[3] != 98)
    fail("file", "a child's read() changed its parent's memory");
  ok("file");
}

// Children and grandchildren that end at once: counts go up and down quickly.
static void
forkfork(void)
{
  int bytes = 256 * PGSIZE;
  char *base = claim("forkfork", bytes);
  for (int round = 0; round < 20; round++) {
    mark(base, bytes, (u64)round + 7);
    for (int i = 0; i < 4; i++) {
      if (must_fork("forkfork") != 0)
        continue;
      must_fork("forkfork");
      base[i * PGSIZE] = 1;
      exit(0);
    }
    for (int i = 0; i < 4; i++)
      must_end_well("forkfork");
    expect_marks("forkfork", base, bytes, (u64)round + 7);
  }
  sbrk(-bytes);
  ok("forkfork");
}

int
main(void)
{
  int memory = free_memory();
  simple(memory);
  simple(memory); // again: the first must have freed everything
  for (int i = 0; i < 3; i++)
    three(memory);
  file();
  forkfork();
  printf("ALL COW TESTS PASSED\n");
  return 0;
}
