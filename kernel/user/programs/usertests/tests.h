// What the groups of tests share. Each test runs in a process of its own, in the root directory, and
// fails by ending with a status other than 0.
#pragma once
#include "user.h"

struct test {
  const char *name;
  void (*run)(void);
};

// Groups, each ended by an entry without a name. The slow ones are left out by -q.
extern const struct test pointer_tests[], fault_tests[], memory_tests[], cow_tests[], lazy_tests[],
  process_tests[], exec_tests[], pipe_tests[], file_tests[], directory_tests[], descriptor_tests[],
  slow_tests[];

// Ends the test with a message unless the condition holds.
#define check(condition, ...) \
  do {                        \
    if (!(condition))         \
      fail(__VA_ARGS__);      \
  } while (0)

__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

int must_fork(void);
void must_end_with(int status); // waits for a child
int must_open(const char *path, int mode);
void must_write(int fd, const void *from, int count);
void must_read(int fd, void *to, int count); // all of it, in one call
void must_pipe(int ends[2]);
char *must_sbrk(int bytes);

// Runs a function in a child and returns the status it ended with; -1 when it was killed.
int status_in_child(void (*run)(u64), u64 argument);

// Pages that a process could have now, found by taking them all in a child.
int count_free_pages(void);

// Hides where a pointer comes from, so that the compiler does not reason about it.
char *at(u64 address);

// Addresses that no program may touch, from near to far: the guard page below this program's stack,
// beyond its heap, 1 GiB, the kernel's, trap pages, the end of the address space and what is not
// an address at all.
#define BAD_ADDRESSES 10
u64 bad_address(int index);
