// sbrk and malloc.
#include "tests.h"

static void
one_by_one(void)
{
  char *end = must_sbrk(0);
  for (int i = 0; i < 5000; i++) {
    char *byte = must_sbrk(1);
    check(byte == end + i, "byte %d came at %p", i, byte);
    *byte = (char)i;
  }
  for (int i = 0; i < 5000; i++)
    check(end[i] == (char)i, "byte %d changed", i);
  check(must_sbrk(-5000) == end + 5000 && must_sbrk(0) == end, "sbrk did not go back");
}

static void
fresh_pages_are_zero(void)
{
  for (int round = 0; round < 3; round++) {
    char *fresh = must_sbrk(10 * PGSIZE);
    for (u64 i = 0; i < 10 * PGSIZE; i++)
      check(fresh[i] == 0, "fresh memory is not zero at %p", fresh + i);
    memset(fresh, 0x5a, 10 * PGSIZE);
    must_sbrk(-10 * (int)PGSIZE);
  }
}

// Shrinking by part of a page keeps the page, as long as a byte of it is left.
static void
part_of_a_page(void)
{
  char *page = (char *)PGROUNDUP(must_sbrk(3 * PGSIZE));
  must_sbrk((int)((u64)page + PGSIZE - (u64)must_sbrk(0)));
  memset(page, 7, PGSIZE);
  must_sbrk(-100);
  if (must_fork() == 0) {
    must_sbrk(100);
    for (u64 i = 0; i < PGSIZE - 100; i++)
      check(page[i] == 7, "the kept part of a page changed");
    page[PGSIZE - 1] = 1;
    must_sbrk(-(int)PGSIZE + 1);
    check(page[0] == 7, "the only byte kept changed");
    must_sbrk(-1);
    must_sbrk(1);
    check(page[0] == 0, "a fresh page holds old bytes");
    exit(0);
  }
  must_end_with(0);
  check(page[0] == 7 && page[PGSIZE - 101] == 7, "the parent's page changed");
}

static void
too_much(void)
{
  char *end = must_sbrk(0);
  check(sbrk(0x7fffffff) == SBRK_FAILED, "sbrk gave 2 GiB");
  check(sbrk(0x40000000) == SBRK_FAILED, "sbrk gave 1 GiB");
  check(must_sbrk(0) == end, "a failed sbrk moved the end");
  *must_sbrk(1) = 1;
}

// Going below address 0 fails or does nothing, but must not take the program away.
static void
too_little(void)
{
  char *end = must_sbrk(0);
  sbrk(-(int)((u64)end + PGSIZE));
  sbrk((int)0x80000000);
  check(must_sbrk(0) == end, "sbrk went below address 0");
}

// A child may give everything up to its own code back and is killed when it goes on.
static void
give_all_back(u64 unused)
{
  (void)unused;
  sbrk(-(int)(u64)sbrk(0));
}

static void
nothing_left(void)
{
  check(status_in_child(give_all_back, 0) == -1, "a process without memory lived on");
}

static void
buffers_in_the_heap(void)
{
  char *page = must_sbrk(2 * PGSIZE);
  int fd = must_open("mem", O_CREATE | O_RDWR);
  memset(page, 'm', 2 * PGSIZE);
  must_write(fd, page, 2 * PGSIZE);
  close(fd);
  fd = must_open("mem", O_RDONLY);
  memset(page, 0, 2 * PGSIZE);
  must_read(fd, page, 2 * PGSIZE);
  for (u64 i = 0; i < 2 * PGSIZE; i++)
    check(page[i] == 'm', "byte %d came back wrong", (int)i);
  close(fd);
  unlink("mem");
}

static void
allocator(void)
{
  void *blocks[64];
  for (u64 i = 0; i < LENGTH(blocks); i++) {
    u64 bytes = i * i * 13;
    blocks[i] = malloc(bytes);
    check(blocks[i] != NULL, "malloc gave nothing");
    memset(blocks[i], (int)i, bytes);
  }
  for (u64 i = 0; i < LENGTH(blocks); i++) {
    u8 *block = blocks[i];
    for (u64 k = 0; k < i * i * 13; k++)
      check(block[k] == i, "two blocks overlap");
    free(block);
  }
  char *end = must_sbrk(0);
  void *again = malloc(100);
  check(again != NULL && must_sbrk(0) == end, "a freed block was not used again");
}

// Growing and shrinking across the sizes that one page-table page covers.
static void
two_megabytes(void)
{
  int bytes = 5 << 20;
  for (int round = 0; round < 3; round++) {
    char *base = must_sbrk(bytes);
    for (int i = 0; i < bytes; i += 1 << 18)
      base[i] = (char)(i >> 18);
    for (int i = 0; i < bytes; i += 1 << 18)
      check(base[i] == (char)(i >> 18), "wrong byte at %p", base + i);
    must_sbrk(-bytes);
  }
}

const struct test memory_tests[] = {
  {"onebyone", one_by_one},
  {"freshzero", fresh_pages_are_zero},
  {"partofpage", part_of_a_page},
  {"toomuch", too_much},
  {"toolittle", too_little},
  {"nothingleft", nothing_left},
  {"heapbuffers", buffers_in_the_heap},
  {"malloc", allocator},
  {"twomegabytes", two_megabytes},
  {NULL, NULL},
};
