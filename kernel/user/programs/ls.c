// Lists directories: name, type (1 directory, 2 file, 3 device), inode number, size in bytes.
#include "abi/fs.h"
#include "user.h"

static void
show(const char *name, const struct stat *st)
{
  printf("%-14s %d %3u %lu\n", name, st->type, st->ino, st->size);
}

static int
list_directory(int fd, const char *path)
{
  char full[MAXPATH + DIRSIZ + 2];
  u64 length = strlen(path);
  if (length > MAXPATH) {
    fprintf(2, "ls: path too long\n");
    return 1;
  }
  strcpy(full, path);
  full[length++] = '/';

  struct dirent entry;
  while (read(fd, &entry, sizeof(entry)) == sizeof(entry)) {
    if (entry.inum == 0)
      continue;
    memmove(full + length, entry.name, DIRSIZ);
    full[length + DIRSIZ] = 0;
    struct stat st;
    if (stat(full, &st) < 0)
      fprintf(2, "ls: cannot stat %s\n", full);
    else
      show(full + length, &st);
  }
  return 0;
}

static int
list(const char *path)
{
  struct stat st;
  int fd = open(path, O_RDONLY);
  if (fd < 0 || fstat(fd, &st) < 0) {
    fprintf(2, "ls: cannot open %s\n", path);
    return 1;
  }
  int failed = 0;
  if (st.type == T_DIR)
    failed = list_directory(fd, path);
  else
    show(path, &st);
  close(fd);
  return failed;
}

int
main(int argc, char **argv)
{
  if (argc == 1)
    return list(".");
  int failed = 0;
  for (int i = 1; i < argc; i++)
    failed |= list(argv[i]);
  return failed;
}
