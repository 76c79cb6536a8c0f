// Tests of the whole kernel through its system calls. `usertests` runs all, `usertests -q` leaves out the
// slow ones, `usertests NAME` runs one. Afterwards there must be as many free pages as before.
#include "tests.h"

static const struct test *const quick_groups[] = {
  pointer_tests, fault_tests, memory_tests, cow_tests,       lazy_tests,       process_tests,
  exec_tests,    pipe_tests,  file_tests,   directory_tests, descriptor_tests,
};

static int ran, failed;

static void
run_test(const struct test *test)
{
  int status = -1;
  ran++;
  printf("test %s: ", test->name);
  int pid = fork();
  if (pid == 0) {
    test->run();
    exit(0);
  }
  if (pid < 0 || wait(&status) != pid)
    printf("\n  cannot run it\n");
  printf(status == 0 ? "OK\n" : "FAILED\n");
  failed += status != 0;
}

static void
run_group(const struct test *test, const char *only)
{
  for (; test->name != NULL; test++)
    if (only == NULL || strcmp(only, test->name) == 0)
      run_test(test);
}

int
main(int argc, char **argv)
{
  int quick = argc > 1 && strcmp(argv[1], "-q") == 0;
  const char *only = argc > 1 && !quick ? argv[1] : NULL;
  if (argc > 2 || (only != NULL && only[0] == '-')) {
    fprintf(2, "usage: usertests [-q | NAME]\n");
    return 1;
  }
  printf("usertests starting\n");
  int before = count_free_pages();
  for (u64 i = 0; i < LENGTH(quick_groups); i++)
    run_group(quick_groups[i], only);
  if (!quick)
    run_group(slow_tests, only);
  int after = count_free_pages();
  for (int wait = 0; wait < 20 && after < before; wait++) { // init may have orphans to bury still
    sleep(1);
    after = count_free_pages();
  }
  if (ran == 0) {
    printf("no test is called %s\n", only);
    return 1;
  }
  if (after != before) {
    printf("FAILED -- %d free pages before, %d after\n", before, after);
    return 1;
  }
  if (failed > 0) {
    printf("%d OF %d TESTS FAILED\n", failed, ran);
    return 1;
  }
  printf("ALL TESTS PASSED\n");
  return 0;
}
