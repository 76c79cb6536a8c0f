// Kills processes by their pids.
#include "user.h"

int
main(int argc, char **argv)
{
  if (argc == 1) {
    fprintf(2, "usage: kill pid...\n");
    return 1;
  }
  int failed = 0;
  for (int i = 1; i < argc; i++) {
    if (kill(atoi(argv[i])) < 0) {
      fprintf(2, "kill: no process %s\n", argv[i]);
      failed = 1;
    }
  }
  return failed;
}
