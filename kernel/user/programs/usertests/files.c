// Files: contents, sizes, names, and several processes at once.
#include "abi/fs.h"
#include "tests.h"

static char block[BSIZE];

static void
write_and_read(void)
{
  int fd = must_open("small", O_CREATE | O_RDWR);
  for (int i = 0; i < 100; i++) {
    must_write(fd, "aaaaaaaaaa", 10);
    must_write(fd, "bbbbbbbbbb", 10);
  }
  check(read(fd, block, 1) == 0, "there is something after the end");
  close(fd);
  fd = must_open("small", O_RDONLY);
  static char all[2001];
  check(read(fd, all, sizeof(all)) == 2000, "the file has another size");
  for (int i = 0; i < 2000; i++)
    check(all[i] == (i / 10 % 2 ? 'b' : 'a'), "byte %d is wrong", i);
  close(fd);
  check(unlink("small") == 0 && open("small", O_RDONLY) == -1, "an unlinked file is there");
}

// Beyond the blocks that the inode names itself.
static void
indirect_blocks(void)
{
  enum { BLOCKS = NDIRECT + 20 };
  int fd = must_open("big", O_CREATE | O_RDWR);
  for (int i = 0; i < BLOCKS; i++) {
    *(int *)block = i;
    must_write(fd, block, BSIZE);
  }
  close(fd);
  fd = must_open("big", O_RDONLY);
  for (int i = 0; i < BLOCKS; i++) {
    must_read(fd, block, BSIZE);
    check(*(int *)block == i, "block %d holds %d", i, *(int *)block);
  }
  check(read(fd, block, BSIZE) == 0, "there are too many blocks");
  close(fd);
  unlink("big");
}

static void
truncation(void)
{
  struct stat st;
  int reader = must_open("trunc", O_CREATE | O_RDONLY);
  int writer = must_open("trunc", O_WRONLY);
  must_write(writer, "abcdef", 6);
  must_read(reader, block, 3);
  int truncating = must_open("trunc", O_WRONLY | O_TRUNC);
  check(fstat(reader, &st) == 0 && st.size == 0, "truncation left %lu bytes", st.size);
  check(read(reader, block, 3) == 0, "there is something to read after truncation");
  must_write(truncating, "xy", 2);
  check(stat("trunc", &st) == 0 && st.size == 2, "the file has %lu bytes", st.size);
  check(write(writer, "zzz", 3) <= 0 || stat("trunc", &st) == 0, "a write after truncation");
  close(reader);
  close(writer);
  close(truncating);
  unlink("trunc");
}

static void
access_modes(void)
{
  int fd = must_open("modes", O_CREATE | O_WRONLY);
  check(read(fd, block, 1) == -1, "a file opened for writing was read");
  must_write(fd, "m", 1);
  close(fd);
  fd = must_open("modes", O_RDONLY);
  check(write(fd, "x", 1) == -1, "a file opened for reading was written");
  close(fd);
  check(open("nosuchfile", O_RDWR) == -1, "a missing file was opened");
  check(open("nosuch/file", O_CREATE | O_RDWR) == -1, "a file was made in a missing directory");
  check(open("modes/x", O_CREATE | O_RDWR) == -1, "a file was made in a file");
  check(open("/", O_RDWR) == -1 && open("/", O_WRONLY) == -1, "a directory opened for writing");
  check(open("modes", 0xffff & ~O_TRUNC) >= 0, "unknown flags were refused");
  unlink("modes");
}

// An open file outlives its name.
static void
unlinked_but_open(void)
{
  int fd = must_open("ghost", O_CREATE | O_RDWR);
  must_write(fd, "hello", 5);
  close(fd);
  fd = must_open("ghost", O_RDWR);
  check(unlink("ghost") == 0, "an open file cannot be unlinked");
  int other = must_open("ghost", O_CREATE | O_RDWR);
  must_write(other, "yyy", 3);
  close(other);
  must_read(fd, block, 5);
  check(memcmp(block, "hello", 5) == 0, "the file without a name has other content");
  must_write(fd, "more", 4);
  close(fd);
  unlink("ghost");
}

static void
links(void)
{
  struct stat st;
  unlink("link1");
  unlink("link2");
  int fd = must_open("link1", O_CREATE | O_RDWR);
  must_write(fd, "hello", 5);
  close(fd);
  check(link("link1", "link2") == 0, "link failed");
  check(stat("link2", &st) == 0 && st.nlink == 2 && st.size == 5, "link2 has %d links", st.nlink);
  unlink("link1");
  check(open("link1", O_RDONLY) == -1, "link1 is still there");
  fd = must_open("link2", O_RDONLY);
  must_read(fd, block, 5);
  close(fd);
  check(link("link2", "link2") == -1, "a file was linked to its own name");
  check(link(".", "link1") == -1, "a directory was linked");
  unlink("link2");
  check(link("link2", "link1") == -1, "a missing file was linked");
}

// Parent and child share one offset.
static void
shared_offset(void)
{
  enum { WRITES = 100, BYTES = 10 };
  int fd = must_open("shared", O_CREATE | O_RDWR);
  int pid = must_fork();
  char text[BYTES];
  memset(text, pid == 0 ? 'c' : 'p', BYTES);
  for (int i = 0; i < WRITES; i++)
    must_write(fd, text, BYTES);
  if (pid == 0)
    exit(0);
  must_end_with(0);
  close(fd);
  fd = must_open("shared", O_RDONLY);
  int counts[2] = {0, 0}, got;
  while ((got = read(fd, block, sizeof(block))) > 0) {
    for (int i = 0; i < got; i++) {
      counts[0] += block[i] == 'c';
      counts[1] += block[i] == 'p';
    }
  }
  check(counts[0] == WRITES * BYTES && counts[1] == WRITES * BYTES, "%d and %d bytes", counts[0],
        counts[1]);
  close(fd);
  unlink("shared");
}

// Four processes each write a file of their own.
static void
four_files(void)
{
  char name[] = "four0";
  for (int id = 0; id < 4; id++) {
    name[4] = (char)('0' + id);
    if (must_fork() == 0) {
      int fd = must_open(name, O_CREATE | O_RDWR);
      memset(block, '0' + id, 500);
      for (int i = 0; i < 12; i++)
        must_write(fd, block, 500);
      exit(0);
    }
  }
  for (int id = 0; id < 4; id++)
    must_end_with(0);
  for (int id = 0; id < 4; id++) {
    name[4] = (char)('0' + id);
    int fd = must_open(name, O_RDONLY), total = 0, got;
    while ((got = read(fd, block, sizeof(block))) > 0) {
      for (int i = 0; i < got; i++)
        check(block[i] == '0' + id, "file %d has another's byte", id);
      total += got;
    }
    check(total == 12 * 500, "file %d has %d bytes", id, total);
    close(fd);
    unlink(name);
  }
}

// Processes that create and remove the same and different names in one directory.
static void
create_and_remove(void)
{
  enum { FILES = 12 };
  for (int id = 0; id < 4; id++) {
    if (must_fork() == 0) {
      char name[] = "p00";
      name[1] = (char)('0' + id);
      for (int i = 0; i < FILES; i++) {
        name[2] = (char)('a' + i);
        close(must_open(name, O_CREATE | O_RDWR));
        if (i > 0 && i % 2 == 0) {
          name[2] = (char)('a' + i / 2);
          check(unlink(name) == 0, "cannot remove %s", name);
        }
      }
      exit(0);
    }
  }
  for (int id = 0; id < 4; id++)
    must_end_with(0);
  char name[] = "p00";
  for (int id = 0; id < 4; id++) {
    for (int i = 0; i < FILES; i++) {
      name[1] = (char)('0' + id);
      name[2] = (char)('a' + i);
      int expected = !(i >= 1 && i <= (FILES - 1) / 2), fd = open(name, O_RDONLY);
      check((fd >= 0) == expected, "%s is %s", name, fd >= 0 ? "there" : "missing");
      close(fd);
      unlink(name);
    }
  }
}

static void
link_race(void)
{
  for (int round = 0; round < 20; round++) {
    unlink("race");
    int pid = must_fork();
    if (pid == 0) {
      link("cat", "race");
      exit(0);
    }
    int fd = open("race", O_CREATE | O_RDWR);
    if (fd >= 0)
      close(fd);
    unlink("race");
    must_end_with(0);
  }
  unlink("race");
  check(open("cat", O_RDONLY) >= 0, "cat is gone");
}

static void
long_names(void)
{
  // Names are compared over DIRSIZ bytes only.
  close(must_open("12345678901234", O_CREATE | O_RDWR));
  check(open("123456789012345", O_RDONLY) >= 0, "a long name is not cut");
  check(open("1234567890123", O_RDONLY) == -1, "a shorter name is the same");
  unlink("12345678901234");
}

static void
devices(void)
{
  struct stat st;
  check(stat("console", &st) == 0 && st.type == T_DEVICE, "the console is no device");
  check(mknod("nodevice", 7, 3) == 0, "mknod failed");
  int fd = open("nodevice", O_RDWR);
  check(fd == -1 || (read(fd, block, 1) == -1 && write(fd, block, 1) == -1), "device 7 works");
  if (fd >= 0)
    close(fd);
  unlink("nodevice");
  check(mknod("nodevice", 30000, 0) == -1 || open("nodevice", O_RDONLY) == -1, "device 30000");
  unlink("nodevice");
}

const struct test file_tests[] = {
  {"writeread", write_and_read},     {"indirect", indirect_blocks},
  {"truncation", truncation},        {"accessmodes", access_modes},
  {"unlinkedopen", unlinked_but_open}, {"links", links},
  {"sharedoffset", shared_offset},   {"fourfiles", four_files},
  {"createremove", create_and_remove}, {"linkrace", link_race},
  {"longnames", long_names},         {"devices", devices},
  {NULL, NULL},
};
