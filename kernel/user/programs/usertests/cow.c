// Pages shared by fork: who writes sees the write, nobody else does, whichever way the write comes.
#include "tests.h"

static char pages[6 * PGSIZE];

// A page of bss that the compiler knows nothing about.
static volatile char *
page(int index)
{
  return (volatile char *)at(PGROUNDUP(pages) + (u64)index * PGSIZE);
}

static void
child_writes(void)
{
  *page(0) = 1;
  for (int i = 0; i < 10; i++) {
    if (must_fork() == 0) {
      check(*page(0) == 1, "the child does not see its parent's byte");
      *page(0) = 2;
      check(*page(0) == 2, "the child does not see its own byte");
      exit(0);
    }
    must_end_with(0);
    check(*page(0) == 1, "the child wrote into its parent's page");
  }
}

static void
parent_writes(void)
{
  int ends[2];
  char byte;
  *page(0) = 1;
  must_pipe(ends);
  if (must_fork() == 0) {
    must_read(ends[0], &byte, 1); // until the parent has written
    check(*page(0) == 1, "the parent wrote into its child's page");
    exit(0);
  }
  *page(0) = 2;
  must_write(ends[1], "x", 1);
  must_end_with(0);
  check(*page(0) == 2, "the parent's byte is gone");
}

// Every generation forks before and writes after, so that pages are shared twice over.
static void
generations(void)
{
  for (int i = 0; i < 4; i++)
    *page(i) = 1;
  int depth = 0;
  while (depth < 6 && must_fork() == 0) {
    depth++;
    *page(depth % 4) = (char)(10 + depth);
  }
  if (depth < 6)
    must_end_with(0);
  for (int i = 0; i < 4; i++) {
    int expected = 1;
    for (int d = 1; d <= depth; d++)
      if (d % 4 == i)
        expected = 10 + d;
    check(*page(i) == expected, "generation %d has %d in page %d", depth, *page(i), i);
  }
  exit(0);
}

// Many sharers, of whom each in turn writes or ends.
static void
many_sharers(void)
{
  enum { SHARERS = 30 };
  int go[2], done[2];
  char byte;
  *page(0) = 77;
  must_pipe(go);
  must_pipe(done);
  for (int i = 0; i < SHARERS; i++) {
    if (must_fork() == 0) {
      must_read(go[0], &byte, 1);
      check(*page(0) == 77, "sharer %d sees %d", i, *page(0));
      if (i % 2)
        *page(0) = (char)i;
      must_write(done[1], "d", 1);
      exit(0);
    }
  }
  for (int i = 0; i < SHARERS; i++) {
    must_write(go[1], "g", 1);
    must_read(done[0], &byte, 1);
    check(*page(0) == 77, "the parent sees %d", *page(0));
  }
  for (int i = 0; i < SHARERS; i++)
    must_end_with(0);
}

// The parent ends first; its children keep what they shared.
static void
orphan_keeps_pages(void)
{
  int ends[2];
  char byte;
  must_pipe(ends);
  *page(0) = 5;
  if (must_fork() == 0) {
    if (must_fork() == 0) {
      sleep(2);
      int kept = *page(0) == 5;
      *page(0) = 6;
      if (!kept || *page(0) != 6)
        write(ends[1], "n", 1);
      exit(0);
    }
    *page(0) = 9;
    exit(0);
  }
  must_end_with(0);
  close(ends[1]);
  check(read(ends[0], &byte, 1) == 0, "the orphan lost its page");
  check(*page(0) == 5, "a child wrote into its parent's page");
}

static void
atomic_store(void)
{
  u64 *word = (u64 *)page(0);
  *word = 40;
  if (must_fork() == 0) {
    check(__atomic_fetch_add(word, 2, __ATOMIC_SEQ_CST) == 40, "an atomic add read a wrong word");
    check(*(volatile u64 *)word == 42, "an atomic add was lost");
    exit(0);
  }
  must_end_with(0);
  check(*(volatile u64 *)word == 40, "an atomic add went through to the parent");
}

// A store that lies in two shared pages.
static void
straddling_store(void)
{
  char *edge = (char *)page(1) - 3;
  memset(edge, 1, 8);
  if (must_fork() == 0) {
    memset(edge, 2, 8);
    for (int i = 0; i < 8; i++)
      check(edge[i] == 2, "byte %d of a store across pages is lost", i);
    exit(0);
  }
  must_end_with(0);
  for (int i = 0; i < 8; i++)
    check(edge[i] == 1, "byte %d of a store across pages went through", i);
}

// Each way in which the kernel fills a buffer of a process that shares it.

static void
fill_by_pipe(char *to)
{
  int ends[2];
  must_pipe(ends);
  must_write(ends[1], "0123456789abcdef", 16);
  must_read(ends[0], to, 16);
}

static void
fill_by_file(char *to)
{
  int fd = must_open("README", O_RDONLY);
  must_read(fd, to, 16);
}

static void
fill_by_fstat(char *to)
{
  int fd = must_open("README", O_RDONLY);
  check(fstat(fd, (struct stat *)to) == 0, "fstat failed");
}

static void
fill_by_wait(char *to)
{
  if (must_fork() == 0)
    exit(0x01020304);
  check(wait((int *)to) > 0, "wait failed");
}

static void
fill_by_new_pipe(char *to)
{
  check(pipe((int *)to) == 0, "pipe failed");
}

static void
filled_buffers(void)
{
  static const struct {
    const char *name;
    void (*fill)(char *);
  } ways[] = {
    {"a pipe", fill_by_pipe}, {"a file", fill_by_file},      {"fstat", fill_by_fstat},
    {"wait", fill_by_wait},   {"a new pipe", fill_by_new_pipe},
  };
  char *buffer = (char *)page(0);
  for (u64 i = 0; i < LENGTH(ways); i++) {
    memset(buffer, 0xee, 64);
    if (must_fork() == 0) {
      ways[i].fill(buffer);
      int changed = 0;
      for (int k = 0; k < 64; k++)
        changed += (u8)buffer[k] != 0xee;
      check(changed > 0, "%s filled another page than the child's", ways[i].name);
      exit(0);
    }
    must_end_with(0);
    for (int k = 0; k < 64; k++)
      check((u8)buffer[k] == 0xee, "%s filled the parent's page too", ways[i].name);
  }
}

// A long read: its first, middle and last pages all are shared.
static void
long_read(void)
{
  char *buffer = (char *)page(0) + 100;
  int length = 3 * (int)PGSIZE, fd = must_open("cowf", O_CREATE | O_RDWR);
  memset(buffer, 'f', (u64)length);
  must_write(fd, buffer, length);
  close(fd);
  memset(buffer, 'p', (u64)length);
  if (must_fork() == 0) {
    fd = must_open("cowf", O_RDONLY);
    must_read(fd, buffer, length);
    for (int i = 0; i < length; i++)
      check(buffer[i] == 'f', "byte %d was not read", i);
    exit(0);
  }
  must_end_with(0);
  for (int i = 0; i < length; i++)
    check(buffer[i] == 'p', "byte %d was read into the parent", i);
  unlink("cowf");
}

// After a kernel write the same process must see it, and write over it.
static void
read_then_store(void)
{
  char *buffer = (char *)page(2);
  buffer[20] = 1;
  if (must_fork() == 0) {
    fill_by_pipe(buffer);
    check(memcmp(buffer, "0123456789abcdef", 16) == 0, "what was read is not there");
    check(buffer[20] == 1, "the rest of the page is lost");
    buffer[0] = 'z';
    check(memcmp(buffer, "z123456789abcdef", 16) == 0, "a store after a read is not there");
    exit(0);
  }
  must_end_with(0);
}

// Sharing a buffer that is only read: write() must not disturb it.
static void
write_from_shared(void)
{
  int ends[2];
  char got[16];
  memmove((char *)page(0), "from the parent", 16);
  must_pipe(ends);
  if (must_fork() == 0) {
    must_write(ends[1], (char *)page(0), 16);
    exit(0);
  }
  must_end_with(0);
  must_read(ends[0], got, 16);
  check(memcmp(got, "from the parent", 16) == 0, "a shared buffer was written wrong");
}

static void
read_only_stays(void)
{
  u32 *text = (u32 *)at((u64)&read_only_stays & ~3UL);
  u32 before = *text;
  for (int i = 0; i < 3; i++) {
    int pid = must_fork();
    if (pid == 0) {
      if (i == 1 && must_fork() != 0)
        must_end_with(-1);
      *(volatile u32 *)text = 0;
      exit(5);
    }
    must_end_with(-1);
    check(*text == before, "text was written after a fork");
  }
}

// The kernel must not write to text that fork shared, either.
static void
read_only_stays_for_the_kernel(void)
{
  char *text = at((u64)&read_only_stays), before[16];
  memmove(before, text, sizeof(before));
  if (must_fork() == 0) {
    int ends[2], fd = must_open("README", O_RDONLY);
    check(read(fd, text, 16) <= 0, "read from a file wrote to shared text");
    must_pipe(ends);
    must_write(ends[1], "0123456789abcdef", 16);
    check(read(ends[0], text, 16) <= 0, "read from a pipe wrote to shared text");
    exit(0);
  }
  must_end_with(0);
  check(memcmp(before, text, 16) == 0, "shared text was written");
}

// Giving memory back in one process keeps it for the others.
static void
shrink_shared(void)
{
  char *heap = must_sbrk(20 * PGSIZE);
  memset(heap, 3, 20 * PGSIZE);
  for (int i = 0; i < 5; i++) {
    if (must_fork() == 0) {
      must_sbrk(-10 * (int)PGSIZE - 5);
      check(heap[0] == 3, "the child lost what it kept");
      heap[0] = 4;
      char *fresh = must_sbrk(10 * PGSIZE);
      fresh[PGSIZE] = 9;
      exit(0);
    }
    must_end_with(0);
    for (u64 k = 0; k < 20 * PGSIZE; k += 512)
      check(heap[k] == 3, "a child's sbrk changed its parent's byte %d", (int)k);
  }
  must_sbrk(-20 * (int)PGSIZE);
}

static void
exec_keeps_parent(void)
{
  static char *argv[] = {"usertests", "--", NULL};
  *page(1) = 21;
  for (int i = 0; i < 5; i++) {
    if (must_fork() == 0) {
      close(1);
      close(2);
      exec("usertests", argv);
      exit(9);
    }
    must_end_with(1);
    check(*page(1) == 21, "a child's exec changed its parent's page");
  }
}

// Arguments that lie in shared pages, and are copied to the new stack.
static void
exec_with_shared_arguments(void)
{
  char *text = (char *)page(0);
  char *argv[] = {"echo", text, NULL};
  strcpy(text, "shared words");
  int ends[2];
  must_pipe(ends);
  if (must_fork() == 0) {
    close(1);
    dup(ends[1]);
    exec("echo", argv);
    exit(9);
  }
  must_end_with(0);
  char got[13];
  must_read(ends[0], got, 13);
  check(memcmp(got, "shared words\n", 13) == 0, "echo got other arguments");
  check(strcmp(text, "shared words") == 0, "exec changed its caller's parent");
}

// Two processes write the same shared page at once.
static void
racing_writers(void)
{
  for (int round = 0; round < 30; round++) {
    for (int i = 0; i < 4; i++)
      *page(i) = (char)round;
    int pid = must_fork();
    char mine = (char)(pid == 0 ? 100 : 101);
    for (int i = 0; i < 4; i++) {
      check(*page(i) == (char)round, "page %d was changed by the other", i);
      *page(i) = mine;
    }
    for (int i = 0; i < 4; i++)
      check(*page(i) == mine, "page %d has the other's byte", i);
    if (pid == 0)
      exit(0);
    must_end_with(0);
  }
}

// Children that write and are killed at any moment.
static void
killed_writers(void)
{
  char *heap = must_sbrk(40 * PGSIZE);
  memset(heap, 1, 40 * PGSIZE);
  for (int round = 0; round < 20; round++) {
    int pid = must_fork();
    if (pid == 0) {
      for (;;)
        for (u64 i = 0; i < 40; i++)
          heap[i * PGSIZE]++;
    }
    if (round % 2)
      sleep(1);
    kill(pid);
    must_end_with(-1);
    for (u64 i = 0; i < 40; i++)
      check(heap[i * PGSIZE] == 1, "a killed child changed its parent");
  }
}

const struct test cow_tests[] = {
  {"childwrites", child_writes},
  {"parentwrites", parent_writes},
  {"generations", generations},
  {"manysharers", many_sharers},
  {"orphankeeps", orphan_keeps_pages},
  {"atomicstore", atomic_store},
  {"straddlingstore", straddling_store},
  {"filledbuffers", filled_buffers},
  {"longread", long_read},
  {"readthenstore", read_then_store},
  {"writefromshared", write_from_shared},
  {"readonlystays", read_only_stays},
  {"readonlykernel", read_only_stays_for_the_kernel},
  {"shrinkshared", shrink_shared},
  {"execkeeps", exec_keeps_parent},
  {"execshared", exec_with_shared_arguments},
  {"racingwriters", racing_writers},
  {"killedwriters", killed_writers},
  {NULL, NULL},
};
