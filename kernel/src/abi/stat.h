// What fstat tells about an open file.
#pragma once
#include "types.h"

enum { T_DIR = 1, T_FILE = 2, T_DEVICE = 3 };

struct stat {
  int dev;    // device number of the file system
  u32 ino;    // inode number
  short type; // T_DIR, T_FILE or T_DEVICE
  short nlink;
  u64 size;   // bytes
};
_Static_assert(sizeof(struct stat) == 24, "layout that user programs are compiled with");
