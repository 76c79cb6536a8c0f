// What user programs may call: the system calls and the library of kernel/user/lib.
#pragma once
#include "abi/fcntl.h"
#include "abi/memory.h"
#include "abi/param.h"
#include "abi/stat.h"
#include "abi/types.h"
#include <stdarg.h>

#define NULL ((void *)0)
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

// System calls (lib/syscalls.S). Each returns -1 when it fails.
int fork(void); // the child's pid, 0 in the child
__attribute__((noreturn)) int exit(int status);
int wait(int *status); // the pid of a child that has ended; status may be null
int pipe(int ends[2]); // reading end, writing end
int read(int fd, void *to, int count);
int kill(int pid);
int exec(const char *path, char **argv);
int fstat(int fd, struct stat *to);
int chdir(const char *path);
int dup(int fd);
int getpid(void);
int sleep(int ticks);
int uptime(void); // ticks since the boot
int open(const char *path, int mode);
int write(int fd, const void *from, int count);
int mknod(const char *path, int major, int minor);
int unlink(const char *path);
int link(const char *old, const char *new);
int mkdir(const char *path);
int close(int fd);

// Memory (lib/heap.c). sbrk moves the end of the heap and returns where it was; sbrklazy leaves
// the new pages to be allocated at their first use, where the kernel can do that.
#define SBRK_FAILED ((char *)-1)
char *sbrk(int bytes);
char *sbrklazy(int bytes);
void *malloc(u64 bytes); // null when there is no memory; aligned to 16 bytes
void free(void *block);

// Bytes and strings (lib/string.c).
void *memset(void *to, int byte, u64 count);
void *memmove(void *to, const void *from, u64 count);
void *memcpy(void *to, const void *from, u64 count);
int memcmp(const void *a, const void *b, u64 count);
u64 strlen(const char *s);
int strcmp(const char *a, const char *b);
char *strcpy(char *to, const char *from);
char *strchr(const char *s, char c);
int atoi(const char *s);

// Formatted output (lib/printf.c): %d %u %x %c %s %p %%, with l before d, u and x for 64 bits, and
// a width, as in %8d or %-8s.
__attribute__((format(printf, 1, 2))) void printf(const char *format, ...);
__attribute__((format(printf, 2, 3))) void fprintf(int fd, const char *format, ...);
void vfprintf(int fd, const char *format, va_list args);

// Files (lib/files.c).
char *gets(char *line, int capacity); // one line of descriptor 0, its newline kept; empty at the end
int stat(const char *path, struct stat *to);
int write_all(int fd, const void *from, int count); // 0, or -1 when not all was taken
