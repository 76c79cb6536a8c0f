// Copies files, or its input, to its output.
#include "user.h"

static int
copy(int fd, const char *name)
{
  char buffer[512];
  int count;
  while ((count = read(fd, buffer, sizeof(buffer))) > 0) {
    if (write_all(1, buffer, count) < 0) {
      fprintf(2, "cat: cannot write\n");
      return 1;
    }
  }
  if (count < 0)
    fprintf(2, "cat: cannot read %s\n", name);
  return count < 0;
}

int
main(int argc, char **argv)
{
  if (argc == 1)
    return copy(0, "the input");
  int failed = 0;
  for (int i = 1; i < argc; i++) {
    int fd = open(argv[i], O_RDONLY);
    if (fd < 0) {
      fprintf(2, "cat: cannot open %s\n", argv[i]);
      return 1;
    }
    failed |= copy(fd, argv[i]);
    close(fd);
  }
  return failed;
}
