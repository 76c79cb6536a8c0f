// Memory whose pages come with their first use. A kernel without it gives the pages at once, which these
// tests cannot tell, except where more is asked for than there is.
#include "tests.h"

enum { PAGES = 64, BYTES = PAGES * (int)PGSIZE };

static char *
must_reserve(int bytes)
{
  char *old = sbrklazy(bytes);
  check(old != SBRK_FAILED, "sbrklazy(%d) failed", bytes);
  return old;
}

static void
first_use(void)
{
  char *base = must_reserve(BYTES);
  for (int i = 0; i < PAGES; i += 3) {
    check(base[i * PGSIZE] == 0, "a page does not begin as zeros");
    base[i * PGSIZE] = (char)i;
  }
  for (int i = 0; i < PAGES; i += 3)
    check(base[i * PGSIZE] == (char)i, "page %d lost its byte", i);
  must_sbrk(-BYTES);
}

static void
fork_with_holes(void)
{
  char *base = must_reserve(BYTES);
  for (int i = 0; i < PAGES; i += 2)
    base[i * PGSIZE] = 1;
  if (must_fork() == 0) {
    for (int i = 0; i < PAGES; i++) {
      check(base[i * PGSIZE] == (i + 1) % 2, "the child has another byte in page %d", i);
      base[i * PGSIZE] = 2;
    }
    exit(0);
  }
  must_end_with(0);
  for (int i = 0; i < PAGES; i++)
    check(base[i * PGSIZE] == (i + 1) % 2, "a child wrote to its parent's page %d", i);
}

// The kernel is the first to use the pages.
static void
system_calls_into_holes(void)
{
  char *base = must_reserve(BYTES);
  int ends[2], fd = must_open("README", O_RDONLY);
  must_pipe(ends);
  must_read(fd, base + PGSIZE - 8, 16);
  must_write(ends[1], base + 10 * PGSIZE - 8, 16); // zeros
  must_read(ends[0], base + 20 * PGSIZE - 8, 16);
  check(base[20 * PGSIZE] == 0, "a hole was not written as zeros");
  check(fstat(fd, (struct stat *)(base + 30 * PGSIZE)) == 0, "fstat into a hole failed");
  if (must_fork() == 0)
    exit(3);
  int *status = (int *)(base + 40 * PGSIZE);
  check(wait(status) > 0 && *status == 3, "wait into a hole failed");
  check(open(base + 50 * PGSIZE, O_RDONLY) >= 0, "a hole is not the empty path");
  check(pipe((int *)(base + 60 * PGSIZE)) == 0, "pipe into a hole failed");
}

static void
untouched_memory_goes(void)
{
  for (int i = 0; i < 10; i++) {
    char *base = must_reserve(BYTES);
    base[5 * PGSIZE] = 1;
    must_sbrk(-BYTES / 2);
    check(base[5 * PGSIZE] == 1, "what was kept changed");
    must_sbrk(-BYTES / 2);
  }
}

static void
touch(u64 address)
{
  *(volatile char *)at(address) = 1;
}

static void
beyond_the_reserve(void)
{
  char *base = must_reserve(BYTES);
  check(status_in_child(touch, (u64)base + BYTES + PGSIZE) == -1, "a store beyond the end lived");
  must_sbrk(-BYTES);
  check(status_in_child(touch, PGROUNDUP(base) + PGSIZE) == -1, "a store to freed space lived");
}

// More than memory: only where pages really come late.
static void
sparse_gigabyte(void)
{
  int bytes = 1 << 30;
  char *base = sbrklazy(bytes);
  if (base == SBRK_FAILED)
    return;
  for (int i = 0; i < bytes; i += bytes / 8)
    base[i] = (char)(i >> 20);
  if (must_fork() == 0) {
    for (int i = 0; i < bytes; i += bytes / 8)
      check(base[i] == (char)(i >> 20), "the child has a wrong byte at %p", base + i);
    base[123456] = 1;
    exit(0);
  }
  must_end_with(0);
  check(base[123456] == 0, "a child wrote to its parent's hole");
  check(must_sbrk(-bytes) == base + bytes, "sbrk did not give the holes back");
}

const struct test lazy_tests[] = {
  {"firstuse", first_use},
  {"forkholes", fork_with_holes},
  {"syscallholes", system_calls_into_holes},
  {"untouched", untouched_memory_goes},
  {"beyondreserve", beyond_the_reserve},
  {"sparse", sparse_gigabyte},
  {NULL, NULL},
};
