// exec: what it loads, and what it must refuse without harm to its caller.
#include "abi/elf.h"
#include "tests.h"

static void
arguments_arrive(void)
{
  char *argv[] = {"echo", "a", "", "bcd", NULL};
  int ends[2];
  char got[16];
  must_pipe(ends);
  if (must_fork() == 0) {
    close(1);
    dup(ends[1]);
    exec("echo", argv);
    exit(9);
  }
  must_end_with(0);
  must_read(ends[0], got, 7);
  check(memcmp(got, "a  bcd\n", 7) == 0, "echo got other arguments");
}

static void
refused(void)
{
  static char page_long[PGSIZE + 1];
  char *argv[] = {"x", NULL};
  char *many[MAXARG + 2];
  for (int i = 0; i <= MAXARG; i++)
    many[i] = "y";
  many[MAXARG + 1] = NULL;
  memset(page_long, 'z', PGSIZE);
  char *large[] = {"echo", page_long, NULL};
  check(exec("nosuchfile", argv) == -1, "exec of a missing file");
  check(exec("README", argv) == -1, "exec of a text file");
  check(exec("/", argv) == -1, "exec of a directory");
  check(exec("console", argv) == -1, "exec of a device");
  check(exec("echo", many) == -1, "exec with %d arguments", MAXARG + 1);
  check(exec("echo", large) == -1, "exec with an argument longer than a page");
}

// Arguments that fit singly, but not together, on the stack.
static void
large_arguments(void)
{
  static char word[400];
  char *argv[MAXARG];
  memset(word, 'w', sizeof(word) - 1);
  for (int i = 0; i < MAXARG - 1; i++)
    argv[i] = word;
  argv[MAXARG - 1] = NULL;
  check(exec("echo", argv) == -1, "exec took more arguments than a stack holds");
  for (int i = 0; i < MAXARG - 1; i++)
    argv[i] = word + sizeof(word) - 130; // now they do, but not with the pointers to them
  check(exec("echo", argv) == -1, "exec took arguments without room for their pointers");
  for (int i = 0; i < 5; i++)
    argv[i] = word;
  argv[5] = NULL;
  if (must_fork() == 0) {
    close(1);
    must_open("bigarg", O_CREATE | O_WRONLY);
    exec("echo", argv);
    exit(9);
  }
  must_end_with(0);
  struct stat st;
  check(stat("bigarg", &st) == 0 && st.size == 4 * 400, "echo wrote %lu bytes", st.size);
  unlink("bigarg");
}

struct image {
  struct elfhdr header;
  struct proghdr segment;
  u8 bytes[64];
};

// Headers that describe no program. Each is written to a file and must be refused.
static void
broken_programs(void)
{
  static const struct image sound = {
    .header = {.magic = ELF_MAGIC, .phoff = sizeof(struct elfhdr), .phnum = 1, .machine = 243,
               .phentsize = sizeof(struct proghdr), .type = 2},
    .segment = {.type = ELF_PT_LOAD, .flags = 7, .off = 120, .filesz = 64, .memsz = 64},
  };
  static const char *const names[] = {
    "a wrong magic number", "more bytes than the segment has", "a size that wraps around",
    "an address that is not aligned", "an address beyond the end", "bytes beyond the file",
    "a segment larger than memory", "headers beyond the file",
  };
  for (u64 i = 0; i < LENGTH(names); i++) {
    struct image image = sound;
    switch (i) {
    case 0: image.header.magic++; break;
    case 1: image.segment.memsz = 8; break;
    case 2: image.segment.memsz = ~0UL - 100; image.segment.vaddr = 0x1000; break;
    case 3: image.segment.vaddr = 0x1008; break;
    case 4: image.segment.vaddr = MAXVA; break;
    case 5: image.segment.filesz = image.segment.memsz = 1000; break;
    case 6: image.segment.memsz = 1UL << 33; break;
    case 7: image.header.phoff = 1 << 20; break;
    }
    int fd = must_open("broken", O_CREATE | O_TRUNC | O_WRONLY);
    must_write(fd, &image, sizeof(image));
    close(fd);
    char *argv[] = {"broken", NULL};
    check(exec("broken", argv) == -1, "exec took %s", names[i]);
  }
  unlink("broken");
}

static void
descriptors_survive(void)
{
  char *argv[] = {"cat", NULL};
  int in = must_open("execin", O_CREATE | O_RDWR);
  must_write(in, "through cat", 11);
  close(in);
  if (must_fork() == 0) {
    close(0);
    must_open("execin", O_RDONLY);
    close(1);
    must_open("execout", O_CREATE | O_WRONLY);
    exec("cat", argv);
    exit(9);
  }
  must_end_with(0);
  char got[12];
  int out = must_open("execout", O_RDONLY);
  check(read(out, got, sizeof(got)) == 11 && memcmp(got, "through cat", 11) == 0, "cat wrote else");
  unlink("execin");
  unlink("execout");
}

// The new image has nothing of the old one's memory.
static void
memory_is_replaced(void)
{
  char *argv[] = {"usertests", "-", NULL};
  for (int i = 0; i < 10; i++) {
    if (must_fork() == 0) {
      must_sbrk(1 << 20);
      close(1);
      close(2);
      exec("usertests", argv);
      exit(9);
    }
    must_end_with(1);
  }
}

const struct test exec_tests[] = {
  {"execargs", arguments_arrive},
  {"execrefused", refused},
  {"execlarge", large_arguments},
  {"execbroken", broken_programs},
  {"execdescriptors", descriptors_survive},
  {"execmemory", memory_is_replaced},
  {NULL, NULL},
};
