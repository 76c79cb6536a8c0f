// The superblock and the bitmap of blocks in use.

#include "buf.h"
#include "fs.h"
#include "printf.h"
#include "string.h"

struct superblock superblock; // of the root device, the only one

// Mount the file system: the first thing that the first process does.
void fsinit(u32 dev) {
  struct buf *b = bread(dev, SUPERBLOCK);
  memmove(&superblock, b->data, sizeof(superblock));
  brelse(b);
  if (superblock.magic != FSMAGIC)
    panic("fsinit: not a file system");
  log_init(dev);
  ireclaim(dev);
}

// The block of the bitmap that tells about blockno, locked.
static struct buf *bitmap_of(u32 dev, u32 blockno) {
  return bread(dev, superblock.bmapstart + blockno / BITS_PER_BLOCK);
}

static void zero_block(u32 dev, u32 blockno) {
  struct buf *b = bread(dev, blockno);
  memset(b->data, 0, BSIZE);
  log_write(b);
  brelse(b);
}

// The first free one of the blocks that the bitmap block b describes, from blockno `first` on;
// 0 if all are in use.
static u32 free_in(const struct buf *b, u32 first) {
  for (u32 byte = 0; byte < BSIZE; byte++) {
    if (b->data[byte] == 0xff)
      continue;
    u32 bit = 0;
    while (b->data[byte] >> bit & 1)
      bit++;
    u32 blockno = first + byte * 8 + bit;
    return blockno < superblock.size ? blockno : 0;
  }
  return 0;
}

u32 balloc(u32 dev) {
  for (u32 first = 0; first < superblock.size; first += BITS_PER_BLOCK) {
    struct buf *b = bitmap_of(dev, first);
    u32 blockno = free_in(b, first);
    if (blockno) {
      b->data[blockno % BITS_PER_BLOCK / 8] |= 1 << blockno % 8;
      log_write(b);
    }
    brelse(b);
    if (blockno) {
      zero_block(dev, blockno);
      return blockno;
    }
  }
  return 0;
}

void bfree(u32 dev, u32 blockno) {
  struct buf *b = bitmap_of(dev, blockno);
  u8 *byte = &b->data[blockno % BITS_PER_BLOCK / 8];
  u8 bit = 1 << blockno % 8;
  if (!(*byte & bit))
    panic("bfree: block is free");
  *byte &= ~bit;
  log_write(b);
  brelse(b);
}
