#include "abi/param.h"
#include "buf.h"
#include "printf.h"
#include "proc.h"
#include "virtio.h"

static struct {
  struct spinlock lock;
  u64 clock; // counts releases
  struct buf buf[NBUF];
} bcache = {.lock = SPINLOCK("bcache")};

// The entry that holds the block, else the unused one that has been so for longest, else 0.
static struct buf *choose(u32 dev, u32 blockno) {
  struct buf *oldest = 0;
  for (struct buf *b = bcache.buf; b < &bcache.buf[NBUF]; b++) {
    if (b->dev == dev && b->blockno == blockno)
      return b;
    if (b->refs == 0 && (oldest == 0 || b->last_use < oldest->last_use))
      oldest = b;
  }
  return oldest;
}

// The entry for a block, locked for the caller. Waits when every entry is in use.
static struct buf *bget(u32 dev, u32 blockno) {
  struct buf *b;
  acquire(&bcache.lock);
  while ((b = choose(dev, blockno)) == 0)
    sleep(&bcache, &bcache.lock);
  if (b->dev != dev || b->blockno != blockno) { // nobody uses it: take it over
    b->dev = dev;
    b->blockno = blockno;
    b->valid = 0;
  }
  b->refs++;
  release(&bcache.lock);
  acquiresleep(&b->lock);
  return b;
}

// The block with its contents, locked. To be given back by brelse.
struct buf *bread(u32 dev, u32 blockno) {
  struct buf *b = bget(dev, blockno);
  if (!b->valid) {
    virtio_disk_rw(b, 0);
    b->valid = 1;
  }
  return b;
}

// Write the locked block to the disk, now.
void bwrite(struct buf *b) {
  if (!holdingsleep(&b->lock))
    panic("bwrite: not locked");
  virtio_disk_rw(b, 1);
}

static void drop(struct buf *b) {
  acquire(&bcache.lock);
  if (--b->refs == 0) {
    b->last_use = ++bcache.clock;
    wakeup(&bcache);
  }
  release(&bcache.lock);
}

void brelse(struct buf *b) {
  if (!holdingsleep(&b->lock))
    panic("brelse: not locked");
  releasesleep(&b->lock);
  drop(b);
}

// Keep the block in the cache until bunpin.
void bpin(struct buf *b) {
  acquire(&bcache.lock);
  b->refs++;
  release(&bcache.lock);
}

void bunpin(struct buf *b) {
  drop(b);
}
