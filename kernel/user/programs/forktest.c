// Forks until the process table is full, then waits for every child.
#include "user.h"

#define ENOUGH 1000

int
main(void)
{
  int forked = 0;
  printf("fork test\n");
  for (; forked < ENOUGH; forked++) {
    int pid = fork();
    if (pid == 0)
      exit(0);
    if (pid < 0)
      break;
  }
  if (forked == ENOUGH) {
    printf("fork succeeded %d times: no limit\n", forked);
    return 1;
  }
  for (int ended = 0; ended < forked; ended++) {
    if (wait(NULL) < 0) {
      printf("wait found only %d of %d children\n", ended, forked);
      return 1;
    }
  }
  if (wait(NULL) >= 0) {
    printf("wait found a child too many\n");
    return 1;
  }
  printf("fork test OK\n");
  return 0;
}
