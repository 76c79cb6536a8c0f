// Descriptors: bad ones, too many, and what dup and fork share.
#include "tests.h"

static void
bad_descriptors(void)
{
  static const int bad[] = {-1, 3, NOFILE - 1, NOFILE, 100, 1 << 30, (int)0x80000000};
  char byte = 0;
  struct stat st;
  for (u64 i = 0; i < LENGTH(bad); i++) {
    check(read(bad[i], &byte, 1) == -1, "descriptor %d was read", bad[i]);
    check(write(bad[i], &byte, 1) == -1, "descriptor %d was written", bad[i]);
    check(close(bad[i]) == -1, "descriptor %d was closed", bad[i]);
    check(dup(bad[i]) == -1, "descriptor %d was copied", bad[i]);
    check(fstat(bad[i], &st) == -1, "descriptor %d has a stat", bad[i]);
  }
}

static void
all_used(void)
{
  int fd, last = -1, ends[2];
  while ((fd = open("README", O_RDONLY)) >= 0) {
    check(fd == last + 1 || last == -1, "descriptor %d came after %d", fd, last);
    last = fd;
  }
  check(last == NOFILE - 1, "the last descriptor is %d", last);
  check(dup(0) == -1, "dup made one more");
  check(pipe(ends) == -1, "pipe made two more");
  close(last);
  check(pipe(ends) == -1, "pipe made two where one is free");
  check(dup(0) == last, "a closed descriptor was not used again");
}

static void
lowest_first(void)
{
  int a = must_open("README", O_RDONLY), b = must_open("README", O_RDONLY);
  close(a);
  check(dup(b) == a, "dup did not take the lowest");
}

static void
dup_shares_offset(void)
{
  char first[4], second[4], whole[8];
  int fd = must_open("README", O_RDONLY), twin = dup(fd);
  must_read(fd, first, 4);
  must_read(twin, second, 4);
  close(fd);
  fd = must_open("README", O_RDONLY);
  must_read(fd, whole, 8);
  check(memcmp(whole, first, 4) == 0 && memcmp(whole + 4, second, 4) == 0, "two offsets");
}

// The system's file table is larger than one process's; others must live when it is full.
static void
full_file_table(void)
{
  int hold[2];
  must_pipe(hold);
  for (int i = 0; i < NFILE / (NOFILE - 5) + 2; i++) {
    if (must_fork() == 0) {
      char byte;
      close(hold[1]);
      while (open("README", O_RDONLY) >= 0)
        ;
      read(hold[0], &byte, 1);
      exit(0);
    }
  }
  sleep(2);
  int ends[2];
  while (pipe(ends) == 0)
    ;
  close(hold[1]);
  close(hold[0]);
  while (wait(NULL) >= 0)
    ;
  must_open("README", O_RDONLY);
}

const struct test descriptor_tests[] = {
  {"baddescriptors", bad_descriptors}, {"allused", all_used},
  {"lowestfirst", lowest_first},       {"dupoffset", dup_shares_offset},
  {"fullfiletable", full_file_table},  {NULL, NULL},
};
