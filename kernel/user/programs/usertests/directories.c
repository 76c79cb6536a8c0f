// Directories.
#include "abi/fs.h"
#include "tests.h"

static void
must_mkdir(const char *path)
{
  check(mkdir(path) == 0, "cannot make %s", path);
}

static void
must_remove(const char *path)
{
  check(unlink(path) == 0, "cannot remove %s", path);
}

static void
must_chdir(const char *path)
{
  check(chdir(path) == 0, "cannot go to %s", path);
}

static void
make_and_remove(void)
{
  must_mkdir("dir0");
  check(mkdir("dir0") == -1, "a directory was made twice");
  must_chdir("dir0");
  must_chdir("..");
  must_remove("dir0");
  check(chdir("dir0") == -1, "a removed directory is there");
  check(unlink("dir0") == -1, "a missing name was removed");
}

static void
tree(void)
{
  char text[4];
  must_mkdir("dd");
  int fd = must_open("dd/ff", O_CREATE | O_RDWR);
  must_write(fd, "ff", 2);
  close(fd);
  check(unlink("dd") == -1, "a directory that is not empty was removed");
  must_mkdir("/dd/dd");
  fd = must_open("dd/dd/ff", O_CREATE | O_RDWR);
  must_write(fd, "FF", 2);
  close(fd);
  fd = must_open("dd/dd/../ff", O_RDONLY);
  must_read(fd, text, 2);
  check(text[0] == 'f', "dd/dd/../ff is another file");
  close(fd);
  check(link("dd/dd/ff", "dd/dd/ffff") == 0, "cannot link within dd/dd");
  must_remove("dd/dd/ff");
  check(open("dd/dd/ff", O_RDONLY) == -1, "dd/dd/ff is still there");
  must_chdir("dd");
  must_chdir("dd/../../dd");
  must_chdir("./..");
  check(open("dd/ff/ff", O_CREATE | O_RDWR) == -1, "a file was made in a file");
  check(mkdir("dd/ff/ff") == -1 && mkdir("dd/xx/ff") == -1, "a directory was made in nothing");
  check(link("dd/ff/ff", "dd/x") == -1 && link("dd/ff", "dd/dd/ffff") == -1, "a wrong link");
  check(chdir("dd/ff") == -1, "a file was entered");
  must_remove("dd/dd/ffff");
  must_remove("dd/ff");
  check(unlink("dd") == -1, "dd was removed with dd in it");
  must_remove("dd/dd");
  must_remove("dd");
}

static void
dots(void)
{
  must_mkdir("dots");
  must_chdir("dots");
  check(unlink(".") == -1 && unlink("..") == -1, "a dot was removed");
  must_chdir("/");
  check(unlink("dots/.") == -1 && unlink("dots/..") == -1, "a dot was removed from outside");
  check(unlink("/") == -1, "the root was removed");
  check(mkdir(".") == -1 && mkdir("dots/..") == -1 && mkdir("/") == -1, "a dot was made");
  check(mkdir("") == -1 && open("", O_CREATE | O_RDWR) == -1, "a name that is empty was made");
  must_remove("dots");
}

static void
link_counts(void)
{
  struct stat before, st;
  check(stat("/", &before) == 0, "the root has no stat");
  must_mkdir("dir1");
  must_mkdir("dir1/a");
  check(stat("/", &st) == 0 && st.nlink == before.nlink + 1, "the root has %d links", st.nlink);
  check(stat("dir1", &st) == 0 && st.type == T_DIR && st.nlink == 2, "dir1: %d links", st.nlink);
  must_remove("dir1/a");
  check(stat("dir1", &st) == 0 && st.nlink == 1, "dir1: %d links", st.nlink);
  must_remove("dir1");
  check(stat("/", &st) == 0 && st.nlink == before.nlink, "the root has %d links", st.nlink);
}

// A directory can be removed while a process is in it; nothing can be made there any more.
static void
removed_while_inside(void)
{
  must_mkdir("gone");
  if (must_fork() == 0) {
    must_chdir("gone");
    must_remove("../gone");
    check(open("x", O_CREATE | O_RDWR) == -1, "a file was made in a removed directory");
    exit(0);
  }
  must_end_with(0);
  check(chdir("gone") == -1, "gone is still there");
}

// Failing calls must put down what they picked up: inodes in memory are few.
static void
references(void)
{
  for (int i = 0; i <= NINODE; i++) {
    must_mkdir("irefd");
    must_chdir("irefd");
    mkdir("");
    link("README", "");
    int fd = open("", O_CREATE | O_RDWR);
    check(fd < 0, "a file without a name was made");
    fd = open("xx", O_CREATE | O_RDWR);
    if (fd >= 0)
      close(fd);
    unlink("xx");
    exec("xx", (char *[]){"xx", NULL});
    must_chdir("/");
    must_remove("irefd");
  }
}

static void
more_than_a_block(void)
{
  enum { NAMES = 80 };
  char name[] = "bd/x00";
  must_mkdir("bd");
  close(must_open("bdfile", O_CREATE | O_RDWR));
  for (int i = 0; i < NAMES; i++) {
    name[4] = (char)('0' + i / 10);
    name[5] = (char)('0' + i % 10);
    check(link("bdfile", name) == 0, "cannot link %s", name);
  }
  struct dirent entry;
  int fd = must_open("bd", O_RDONLY), seen = 0;
  while (read(fd, &entry, sizeof(entry)) == sizeof(entry))
    seen += entry.inum != 0;
  check(seen == NAMES + 2, "the directory has %d entries", seen);
  close(fd);
  for (int i = 0; i < NAMES; i++) {
    name[4] = (char)('0' + i / 10);
    name[5] = (char)('0' + i % 10);
    must_remove(name);
  }
  must_remove("bd");
  must_remove("bdfile");
}

const struct test directory_tests[] = {
  {"makeremove", make_and_remove}, {"tree", tree},
  {"dots", dots},                  {"linkcounts", link_counts},
  {"removedinside", removed_while_inside}, {"references", references},
  {"largedir", more_than_a_block}, {NULL, NULL},
};
