// Counts lines, words and bytes.
#include "user.h"

struct counts {
  u64 lines, words, bytes;
};

static int
count(int fd, struct counts *counts)
{
  char buffer[512];
  int got, in_word = 0;
  while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
    counts->bytes += (u64)got;
    for (int i = 0; i < got; i++) {
      int blank = strchr(" \t\r\n\v", buffer[i]) != NULL;
      counts->lines += buffer[i] == '\n';
      counts->words += !blank && !in_word;
      in_word = !blank;
    }
  }
  return got;
}

static int
report(int fd, const char *name)
{
  struct counts counts = {0, 0, 0};
  if (count(fd, &counts) < 0) {
    fprintf(2, "wc: cannot read %s\n", name);
    return 1;
  }
  printf("%lu %lu %lu %s\n", counts.lines, counts.words, counts.bytes, name);
  return 0;
}

int
main(int argc, char **argv)
{
  if (argc == 1)
    return report(0, "");
  for (int i = 1; i < argc; i++) {
    int fd = open(argv[i], O_RDONLY);
    if (fd < 0) {
      fprintf(2, "wc: cannot open %s\n", argv[i]);
      return 1;
    }
    if (report(fd, argv[i]) != 0)
      return 1;
    close(fd);
  }
  return 0;
}
