// Blocks of the disk, cached in memory.
#pragma once
#include "abi/fs.h"
#include "sleeplock.h"

struct buf {
  // The cache's lock protects these.
  u32 dev, blockno;
  int refs;     // users, and the log's pin
  u64 last_use; // orders unused blocks by age
  // The sleep lock protects the rest.
  struct sleeplock lock;
  int valid;    // data has been read
  u8 data[BSIZE];
};

struct buf *bread(u32 dev, u32 blockno);
void bwrite(struct buf *b);
void brelse(struct buf *b);
void bpin(struct buf *b);
void bunpin(struct buf *b);
