// Leaves a child behind that ends before anyone waits for it; init does.
#include "user.h"

int
main(void)
{
  if (fork() > 0)
    sleep(5);
  return 0;
}
