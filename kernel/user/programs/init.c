// The first program: opens the console for everyone and keeps a shell running.
#include "user.h"

static void
open_console(void)
{
  if (open("console", O_RDWR) < 0) {
    mknod("console", 1, 0); // the console is major device 1
    open("console", O_RDWR);
  }
  dup(0);
  dup(0);
}

static int
start_shell(void)
{
  static char *argv[] = {"sh", NULL};
  int pid = fork();
  if (pid == 0) {
    exec(argv[0], argv);
    printf("init: cannot exec %s\n", argv[0]);
    exit(1);
  }
  return pid;
}

int
main(void)
{
  open_console();
  for (;;) {
    printf("init: starting sh\n");
    int shell = start_shell();
    if (shell < 0) {
      printf("init: cannot fork\n");
      exit(1);
    }
    // Orphans come home to be waited for, too.
    int ended;
    do {
      ended = wait(NULL);
    } while (ended >= 0 && ended != shell);
  }
}
