// Several processes write and read back files of their own at the same time.
#include "user.h"

#define WRITERS 4
#define BLOCKS 20

static int
work(int id)
{
  static char block[512];
  char name[] = "stress0";
  name[6] = (char)('0' + id);
  memset(block, 'a' + id, sizeof(block));
  int fd = open(name, O_CREATE | O_TRUNC | O_RDWR);
  for (int i = 0; i < BLOCKS; i++)
    if (fd < 0 || write(fd, block, sizeof(block)) != sizeof(block))
      return 1;
  close(fd);

  fd = open(name, O_RDONLY);
  for (int i = 0; i < BLOCKS; i++) {
    if (read(fd, block, sizeof(block)) != sizeof(block))
      return 1;
    for (u64 k = 0; k < sizeof(block); k++)
      if (block[k] != 'a' + id)
        return 1;
  }
  close(fd);
  return unlink(name) < 0;
}

int
main(void)
{
  int failed = 0;
  for (int id = 0; id < WRITERS; id++) {
    int pid = fork();
    if (pid == 0)
      exit(work(id));
    failed |= pid < 0;
  }
  int status;
  while (wait(&status) >= 0)
    failed |= status != 0;
  printf(failed ? "stressfs: FAILED\n" : "stressfs: OK\n");
  return failed;
}
