// On-disk format, little-endian, in blocks of BSIZE bytes:
//   0 unused | 1 superblock | log | inodes | bitmap of blocks in use | data
// The superblock says where each area starts; nothing else may be assumed about their sizes.
#pragma once
#include "types.h"

#define BSIZE 1024
#define FSMAGIC 0x10203040
#define ROOTINO 1
#define SUPERBLOCK 1

struct superblock {
  u32 magic;
  u32 size;       // blocks of the whole image
  u32 nblocks;    // blocks of the data area
  u32 ninodes;    // inodes, number 0 (never used) included
  u32 nlog;       // blocks of the log, its header included
  u32 logstart;
  u32 inodestart;
  u32 bmapstart;
};

// Blocks of a file: NDIRECT named in its inode, NINDIRECT more in the block that the last
// address names. Address 0 is a hole.
#define NDIRECT 12
#define NINDIRECT 256
#define MAXFILE (NDIRECT + NINDIRECT)

struct dinode {
  short type;  // 0 when free, else T_DIR, T_FILE, T_DEVICE of stat.h
  short major; // of devices only
  short minor;
  short nlink; // directory entries that name it
  u32 size;    // bytes
  u32 addrs[NDIRECT + 1];
};

#define INODES_PER_BLOCK 16
#define BITS_PER_BLOCK (8 * BSIZE)

// First block of the log: the blocks of a committed transaction, n of them, follow it in this
// order. n == 0: nothing is committed.
#define LOGNAMES 30
struct logheader {
  int n;
  int block[LOGNAMES];
};

// A directory is a file of these; inum 0 marks a free entry. A name of DIRSIZ bytes has no NUL.
#define DIRSIZ 14
struct dirent {
  u16 inum;
  char name[DIRSIZ];
};

_Static_assert(sizeof(struct dinode) * INODES_PER_BLOCK == BSIZE, "inodes fill a block");
_Static_assert(sizeof(struct dirent) == 16, "a directory entry is 16 bytes");
_Static_assert(sizeof(struct superblock) == 32, "eight words");
