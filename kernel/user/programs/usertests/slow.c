// Exhaustion: of memory, of blocks, of inodes. Each must end in errors, and leave nothing behind.
#include "abi/fs.h"
#include "tests.h"

// Leaves this process with all memory but `spare` pages.
static void
take_memory_but(int spare)
{
  for (int step = 1024; step > 0; step /= 4)
    while (sbrk(step * (int)PGSIZE) != SBRK_FAILED)
      ;
  if (spare > 0)
    must_sbrk(-spare * (int)PGSIZE);
}

// fork with every small amount of memory: it works or fails, and what it took comes back.
static void
fork_without_memory(void)
{
  for (int spare = 0; spare < 40; spare++) {
    if (must_fork() == 0) {
      take_memory_but(spare);
      int pid = fork();
      if (pid == 0)
        exit(0);
      if (pid > 0)
        must_end_with(0);
      for (int left = spare; left > 0; left--)
        check(sbrk(PGSIZE) != SBRK_FAILED, "fork kept %d of %d pages", left, spare);
      exit(0);
    }
    must_end_with(0);
  }
}

static void
exec_without_memory(void)
{
  for (int spare = 0; spare < 40; spare++) {
    if (must_fork() == 0) {
      char *argv[] = {"usertests", "-", NULL};
      close(1);
      close(2);
      take_memory_but(spare);
      exec("usertests", argv);
      exit(1);
    }
    must_end_with(1);
  }
}

// A store to a shared page that cannot be copied kills the writer and nobody else.
static void
store_without_memory(void)
{
  static volatile char shared[4 * PGSIZE];
  volatile char *page = (volatile char *)PGROUNDUP(shared);
  page[0] = 1;
  page[PGSIZE] = 1;
  int ends[2];
  char byte;
  must_pipe(ends);
  int pid = must_fork();
  if (pid == 0) {
    close(ends[1]);
    read(ends[0], &byte, 1); // holds the pages until the other is done
    exit(page[0] == 1 && page[PGSIZE] == 1 ? 0 : 1);
  }
  int victim = must_fork();
  if (victim == 0) {
    take_memory_but(0);
    page[0] = 2; // dies here
    exit(3);
  }
  int status = 0;
  check(wait(&status) == victim && status == -1, "the writer ended with %d", status);
  close(ends[1]);
  close(ends[0]);
  must_end_with(0);
  check(page[0] == 1, "the store reached a shared page");
}

// The same for stores by the kernel: read must fail or be complete, and nobody else may see it.
static void
read_without_memory(void)
{
  static char shared[4 * PGSIZE];
  char *page = (char *)PGROUNDUP(shared);
  int data[2], hold[2];
  char byte;
  must_pipe(data);
  must_pipe(hold);
  memset(page, 1, 2 * PGSIZE);
  if (must_fork() == 0) {
    close(hold[1]);
    read(hold[0], &byte, 1);
    for (u64 i = 0; i < 2 * PGSIZE; i++)
      check(page[i] == 1, "a read reached a shared page");
    exit(0);
  }
  int reader = must_fork();
  if (reader == 0) {
    must_write(data[1], "0123456789", 10);
    take_memory_but(0);
    int got = read(data[0], page + PGSIZE - 5, 10);
    exit(got <= 0 || page[PGSIZE - 5] == '0' ? 0 : 4);
  }
  int status = 0;
  check(wait(&status) == reader && (status == 0 || status == -1), "the reader ended with %d", status);
  close(hold[1]);
  close(hold[0]);
  must_end_with(0);
  check(page[PGSIZE - 5] == 1 && page[PGSIZE] == 1, "a read reached the parent");
}

static void
pipes_without_memory(void)
{
  if (must_fork() == 0) {
    int ends[2];
    take_memory_but(0);
    check(pipe(ends) == -1, "a pipe needs no memory");
    must_sbrk(-(int)PGSIZE);
    must_pipe(ends);
    exit(0);
  }
  must_end_with(0);
}

// Everyone asks for everything at once.
static void
greedy_children(void)
{
  for (int i = 0; i < 8; i++) {
    if (must_fork() == 0) {
      for (;;) {
        char *fresh = sbrk(64 * PGSIZE);
        if (fresh == SBRK_FAILED)
          exit(0);
        fresh[0] = 1;
      }
    }
  }
  for (int i = 0; i < 8; i++)
    must_end_with(0);
}

static void
largest_file(void)
{
  static char block[BSIZE];
  int blocks = 0, fd = must_open("largest", O_CREATE | O_RDWR);
  while (blocks <= MAXFILE && write(fd, block, BSIZE) == BSIZE)
    blocks++;
  check(blocks == MAXFILE, "the largest file has %d blocks", blocks);
  close(fd);
  check(unlink("largest") == 0, "cannot remove the largest file");
}

// Fills the disk; then files can be read and removed, and new ones fit again.
static void
full_disk(void)
{
  static char block[BSIZE];
  char name[] = "full00";
  int files = 0, full = 0;
  for (; files < 60 && !full; files++) {
    name[4] = (char)('0' + files / 10);
    name[5] = (char)('0' + files % 10);
    int fd = open(name, O_CREATE | O_RDWR);
    if (fd < 0)
      break;
    for (int i = 0; i < MAXFILE && !full; i++)
      full = write(fd, block, BSIZE) != BSIZE;
    close(fd);
  }
  check(full, "the disk has no end");
  must_open("README", O_RDONLY);
  check(mkdir("fulldir") == -1 || unlink("fulldir") == 0, "a directory that cannot be removed");
  while (files-- > 0) {
    name[4] = (char)('0' + files / 10);
    name[5] = (char)('0' + files % 10);
    check(unlink(name) == 0, "cannot remove %s", name);
  }
  largest_file();
}

static void
no_inodes(void)
{
  char name[] = "in000";
  for (int round = 0; round < 2; round++) {
    int made = 0;
    for (; made < 1000; made++) {
      name[2] = (char)('0' + made / 100);
      name[3] = (char)('0' + made / 10 % 10);
      name[4] = (char)('0' + made % 10);
      int fd = open(name, O_CREATE | O_RDWR);
      if (fd < 0)
        break;
      close(fd);
    }
    check(made > 50 && made < 1000, "%d inodes", made);
    check(mkdir("indir") == -1, "a directory without an inode");
    while (made-- > 0) {
      name[2] = (char)('0' + made / 100);
      name[3] = (char)('0' + made / 10 % 10);
      name[4] = (char)('0' + made % 10);
      check(unlink(name) == 0, "cannot remove %s", name);
    }
  }
}

const struct test slow_tests[] = {
  {"forknomem", fork_without_memory},   {"execnomem", exec_without_memory},
  {"storenomem", store_without_memory}, {"readnomem", read_without_memory},
  {"pipenomem", pipes_without_memory},  {"greedy", greedy_children},
  {"largestfile", largest_file},        {"fulldisk", full_disk},
  {"noinodes", no_inodes},              {NULL, NULL},
};
