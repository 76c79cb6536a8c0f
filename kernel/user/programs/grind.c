// Draws system calls at random, in several processes at once, to shake out races. Ends after the
// given number of rounds (grind rounds [seed]); a round is some hundred calls.
#include "user.h"

#define WORKERS 3
#define CALLS_PER_ROUND 300

static u64 state;

// The next number of a xorshift generator.
static u32
draw(u32 below)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (u32)(state >> 20) % below;
}

static const char *names[] = {"/gr0",   "/gr1",   "/grd",       "/grd/a",
                              "/grd/b", "../gr1", "/grd/../gr0"};

static const char *
any_name(void)
{
  return names[draw(LENGTH(names))];
}

static char bytes[3 * PGSIZE];

static char *
any_place(void)
{
  return bytes + draw(2 * PGSIZE);
}

static void
do_file(void)
{
  int fd = open(any_name(), draw(2) ? O_CREATE | O_RDWR : O_RDONLY);
  if (fd < 0)
    return;
  int count = (int)draw(PGSIZE);
  if (draw(2))
    write(fd, any_place(), count);
  else
    read(fd, any_place(), count);
  if (draw(4) == 0)
    close(dup(fd));
  close(fd);
}

static void
do_names(void)
{
  switch (draw(4)) {
  case 0: unlink(any_name()); break;
  case 1: mkdir(any_name()); break;
  case 2: link(any_name(), any_name()); break;
  default: chdir(draw(2) ? "/" : "/grd");
  }
}

static void
do_memory(void)
{
  static int grown;
  if (grown > 0 && draw(2)) {
    int less = (int)draw((u32)grown) + 1;
    sbrk(-less);
    grown -= less;
    return;
  }
  int more = (int)draw(4 * PGSIZE) + 1;
  char *fresh = sbrk(more);
  if (fresh == SBRK_FAILED)
    return;
  grown += more;
  fresh[draw((u32)more)] = 1;
}

static void
do_family(void)
{
  int pid = fork();
  if (pid == 0) {
    *any_place() = (char)draw(256);
    if (draw(4) == 0)
      fork();
    if (draw(4) == 0) {
      char *argv[] = {"zombie_is_missing", NULL};
      exec(draw(2) ? argv[0] : "/grd", argv);
    }
    exit((int)draw(256));
  }
  if (pid > 0 && draw(3) == 0)
    kill(pid);
  int status;
  if (pid > 0)
    wait(&status);
}

static void
do_pipe(void)
{
  int ends[2];
  if (pipe(ends) < 0)
    return;
  int count = (int)draw(1500);
  int pid = fork();
  if (pid == 0) {
    write(ends[1], any_place(), count);
    exit(0);
  }
  close(ends[1]);
  while (pid > 0 && read(ends[0], any_place(), (int)draw(600) + 1) > 0)
    ;
  close(ends[0]);
  if (pid > 0)
    wait(NULL);
}

static void
work(u64 seed)
{
  static void (*const actions[])(void) = {do_file, do_names, do_memory, do_family, do_pipe};
  state = seed;
  for (int i = 0; i < CALLS_PER_ROUND; i++)
    actions[draw(LENGTH(actions))]();
  exit(0);
}

int
main(int argc, char **argv)
{
  int rounds = argc > 1 ? atoi(argv[1]) : 1;
  u64 seed = argc > 2 ? (u64)atoi(argv[2]) : 1;
  for (int round = 0; round < rounds; round++) {
    mkdir("/grd");
    for (u64 i = 0; i < WORKERS; i++) {
      if (fork() == 0)
        work((seed + (u64)round) * 8191 + i * 127 + 1);
    }
    while (wait(NULL) >= 0)
      ;
    for (u64 i = LENGTH(names); i > 0; i--) // what a directory holds comes after it
      unlink(names[i - 1]);
  }
  printf("grind: OK\n");
  return 0;
}
