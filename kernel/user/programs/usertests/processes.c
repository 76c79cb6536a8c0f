// fork, exit, wait, kill, sleep.
#include "tests.h"

static void
statuses(void)
{
  static const int values[] = {0, 1, 2, 127, 128, 255, 256, 65536, 0x7fffffff, -1, -2};
  for (u64 i = 0; i < LENGTH(values); i++) {
    if (must_fork() == 0)
      exit(values[i]);
    must_end_with(values[i]);
  }
  check(wait(NULL) == -1, "wait found a child where there is none");
}

static void
pids(void)
{
  int seen[30];
  for (int i = 0; i < 30; i++) {
    int pid = must_fork();
    if (pid == 0)
      exit(getpid());
    must_end_with(pid);
    seen[i] = pid;
    for (int k = 0; k < i; k++)
      check(seen[k] != pid, "pid %d came twice", pid);
  }
}

static void
two_at_a_time(void)
{
  for (int i = 0; i < 100; i++) {
    int first = must_fork();
    if (first == 0)
      exit(1);
    int second = must_fork();
    if (second == 0)
      exit(2);
    int a = wait(NULL), b = wait(NULL);
    check(a != b && a + b == first + second, "wait gave other children");
  }
}

static void
grandchildren(void)
{
  for (int i = 0; i < 10; i++) {
    for (int k = 0; k < 2; k++) {
      if (must_fork() == 0) {
        for (int n = 0; n < 3; n++) {
          if (must_fork() == 0)
            exit(0);
          must_end_with(0);
        }
        exit(0);
      }
    }
    must_end_with(0);
    must_end_with(0);
  }
}

// Children whose parents end without waiting; init must do it.
static void
orphans(void)
{
  for (int i = 0; i < 60; i++) {
    if (must_fork() == 0) {
      must_fork();
      must_fork();
      exit(0);
    }
    must_end_with(0);
  }
}

// Fills the process table, and empties it again. Returns how many processes there was room for.
static int
fill_table(void)
{
  int hold[2], made = 0;
  char byte;
  must_pipe(hold);
  for (; made < 2 * NPROC; made++) {
    int pid = fork();
    if (pid < 0)
      break;
    if (pid == 0) {
      close(hold[1]);
      read(hold[0], &byte, 1);
      exit(0);
    }
  }
  check(made < 2 * NPROC, "there is no end to the process table");
  close(hold[0]);
  close(hold[1]);
  for (int i = 0; i < made; i++)
    must_end_with(0);
  return made;
}

// As many processes as there can be; afterwards there can be as many again. Orphans of earlier tests
// may still be there at first: init has not been everywhere at once.
static void
full_table(void)
{
  int before = 0, now = fill_table();
  for (int round = 0; round < 20 && now != before; round++) {
    sleep(1);
    before = now;
    now = fill_table();
  }
  check(now == before, "first %d processes, then %d", before, now);
}

static void
spin(void)
{
  for (;;)
    __asm__ volatile("");
}

static void
kill_spinning(void)
{
  int pids[3];
  for (int i = 0; i < 3; i++) {
    pids[i] = must_fork();
    if (pids[i] == 0)
      spin();
  }
  sleep(1);
  for (int i = 0; i < 3; i++) {
    check(kill(pids[i]) == 0, "kill failed");
    must_end_with(-1);
  }
}

// A killed process wakes up from whatever it waits for.
static void
kill_sleeping(void)
{
  for (int way = 0; way < 4; way++) {
    int ends[2];
    static char block[5000];
    must_pipe(ends);
    int pid = must_fork();
    if (pid == 0) {
      if (way == 0)
        read(ends[0], block, 1);
      else if (way == 1)
        write(ends[1], block, sizeof(block));
      else if (way == 2)
        sleep(100000);
      else if (must_fork() == 0)
        sleep(3);
      else
        wait(NULL);
      exit(0);
    }
    sleep(1);
    check(kill(pid) == 0, "kill failed");
    must_end_with(-1);
    close(ends[0]);
    close(ends[1]);
  }
}

static void
kill_nobody(void)
{
  check(kill(-1) == -1, "there is a process -1");
  check(kill(0x7ffffff0) == -1, "there is such a process");
  int pid = must_fork();
  if (pid == 0)
    exit(0);
  must_end_with(0);
  check(kill(pid) == -1, "a process that was waited for can be killed");
}

static void
kill_oneself(void)
{
  if (must_fork() == 0) {
    kill(getpid());
    for (;;)
      getpid();
  }
  must_end_with(-1);
}

static void
ticks(void)
{
  int before = uptime();
  check(sleep(3) == 0, "sleep failed");
  int passed = uptime() - before;
  check(passed >= 3 && passed < 100, "sleep(3) took %d ticks", passed);
  check(sleep(0) == 0, "sleep(0) failed");
}

// Registers and a private page survive being interrupted.
static void
preemption(void)
{
  for (int i = 0; i < 4; i++) {
    if (must_fork() == 0) {
      u64 sum = (u64)i, again = (u64)i;
      int end = uptime() + 2;
      do {
        for (u64 k = 0; k < 20000; k++) {
          sum = sum * 31 + k;
          __asm__ volatile("" : "+r"(sum));
        }
        for (u64 k = 0; k < 20000; k++)
          again = again * 31 + k;
        check(sum == again, "registers changed");
      } while (uptime() < end);
      exit(0);
    }
  }
  for (int i = 0; i < 4; i++)
    must_end_with(0);
}

// A process that ends holding much memory gives all of it back.
static void
large_and_short_lived(void)
{
  for (int i = 0; i < 6; i++) {
    if (must_fork() == 0) {
      char *base = must_sbrk(4 << 20);
      for (int k = 0; k < 4 << 20; k += PGSIZE)
        base[k] = 1;
      if (i % 2)
        exit(0);
      kill(getpid());
      getpid();
    }
    must_end_with(i % 2 ? 0 : -1);
  }
}

// Forks everywhere until told to stop by a file that appears.
static void
fork_storm(void)
{
  unlink("stop");
  int pid = must_fork();
  if (pid == 0) {
    while (open("stop", O_RDONLY) < 0)
      if (fork() < 0)
        close(must_open("stop", O_CREATE | O_RDWR));
    exit(0);
  }
  sleep(2);
  close(must_open("stop", O_CREATE | O_RDWR));
  must_end_with(0);
  sleep(5); // until the rest have seen it
  unlink("stop");
}

static void
unknown_calls(void)
{
  static const u64 numbers[] = {0, 22, 99, 1UL << 31, ~0UL};
  for (u64 i = 0; i < LENGTH(numbers); i++) {
    register u64 number __asm__("a7") = numbers[i];
    register u64 result __asm__("a0") = 5;
    __asm__ volatile("ecall" : "+r"(result) : "r"(number) : "memory");
    check((int)result == -1, "system call %d exists", (int)numbers[i]);
  }
}

const struct test process_tests[] = {
  {"statuses", statuses},
  {"pids", pids},
  {"twoatatime", two_at_a_time},
  {"grandchildren", grandchildren},
  {"orphans", orphans},
  {"fulltable", full_table},
  {"killspinning", kill_spinning},
  {"killsleeping", kill_sleeping},
  {"killnobody", kill_nobody},
  {"killoneself", kill_oneself},
  {"ticks", ticks},
  {"preemption", preemption},
  {"largeshort", large_and_short_lived},
  {"forkstorm", fork_storm},
  {"unknowncalls", unknown_calls},
  {NULL, NULL},
};
