// Pipes.
#include "tests.h"

static char buffer[8192];

static void
in_order(void)
{
  enum { CHUNK = 1033, CHUNKS = 5 };
  int ends[2];
  must_pipe(ends);
  if (must_fork() == 0) {
    close(ends[0]);
    u8 next = 0;
    for (int n = 0; n < CHUNKS; n++) {
      for (int i = 0; i < CHUNK; i++)
        buffer[i] = (char)next++;
      must_write(ends[1], buffer, CHUNK);
    }
    exit(0);
  }
  close(ends[1]);
  u8 next = 0;
  int total = 0, got, asked = 1;
  while ((got = read(ends[0], buffer, asked)) > 0) {
    for (int i = 0; i < got; i++)
      check((u8)buffer[i] == next++, "byte %d came out of order", total + i);
    total += got;
    asked = asked * 2 > (int)sizeof(buffer) ? (int)sizeof(buffer) : asked * 2;
  }
  check(total == CHUNK * CHUNKS, "%d bytes came", total);
  must_end_with(0);
}

static void
closed_ends(void)
{
  int ends[2];
  char byte;
  must_pipe(ends);
  close(ends[0]);
  check(write(ends[1], "x", 1) == -1, "a pipe that nobody reads took a byte");
  close(ends[1]);
  must_pipe(ends);
  must_write(ends[1], "y", 1);
  close(ends[1]);
  must_read(ends[0], &byte, 1);
  check(byte == 'y' && read(ends[0], &byte, 1) == 0, "a pipe that nobody writes has no end");
}

static void
wrong_ends(void)
{
  int ends[2];
  char byte = 0;
  must_pipe(ends);
  check(read(ends[1], &byte, 1) == -1, "the writing end was read");
  check(write(ends[0], &byte, 1) == -1, "the reading end was written");
  struct stat st;
  check(fstat(ends[0], &st) == -1, "a pipe has a stat");
}

static void
many_writers(void)
{
  enum { WRITERS = 5, BYTES = 700 };
  int ends[2], counts[WRITERS] = {0}, got;
  must_pipe(ends);
  for (int i = 0; i < WRITERS; i++) {
    if (must_fork() == 0) {
      memset(buffer, 'A' + i, BYTES);
      must_write(ends[1], buffer, BYTES);
      exit(0);
    }
  }
  close(ends[1]);
  while ((got = read(ends[0], buffer, 300)) > 0) {
    for (int k = 0; k < got; k++) {
      int writer = buffer[k] - 'A';
      check(writer >= 0 && writer < WRITERS, "a byte that nobody wrote");
      counts[writer]++;
    }
  }
  for (int i = 0; i < WRITERS; i++) {
    check(counts[i] == BYTES, "writer %d: %d bytes came", i, counts[i]);
    must_end_with(0);
  }
}

// A reader that leaves while the writer waits for room.
static void
reader_leaves(void)
{
  int ends[2];
  must_pipe(ends);
  if (must_fork() == 0) {
    close(ends[0]);
    check(write(ends[1], buffer, sizeof(buffer)) != sizeof(buffer), "all was taken");
    exit(0);
  }
  close(ends[1]);
  must_read(ends[0], buffer, 10);
  close(ends[0]);
  must_end_with(0);
}

// A writer and a reader that are killed while they wait, holding ends.
static void
killed_ends(void)
{
  for (int i = 0; i < 20; i++) {
    int ends[2];
    must_pipe(ends);
    int pid = must_fork();
    if (pid == 0) {
      if (i % 2)
        read(ends[0], buffer, 10);
      else
        write(ends[1], buffer, sizeof(buffer));
      exit(0);
    }
    kill(pid);
    must_end_with(-1);
    close(ends[1]);
    while (read(ends[0], buffer, sizeof(buffer)) > 0)
      ;
    close(ends[0]);
  }
}

const struct test pipe_tests[] = {
  {"pipeorder", in_order},         {"pipeclosed", closed_ends},   {"pipewrongends", wrong_ends},
  {"pipewriters", many_writers},   {"pipeleaves", reader_leaves}, {"pipekilled", killed_ends},
  {NULL, NULL},
};
