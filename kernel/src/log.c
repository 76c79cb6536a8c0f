// Transactions. The blocks that file-system calls change stay in the cache until no call is
// running; then all of them are copied to the log, the log's header is written, which commits
// them, and they are written to their places. A crash before the header loses all, one after it
// loses nothing: what a header names is written again at the next start.

#include "abi/param.h"
#include "buf.h"
#include "fs.h"
#include "printf.h"
#include "proc.h"
#include "string.h"

static struct {
  struct spinlock lock;
  u32 dev;
  u32 start;       // block of the header
  int capacity;    // blocks that a transaction may change
  int running;     // calls between begin_op and end_op
  int committing;
  struct logheader now; // blocks that the present transaction has changed
} log = {.lock = SPINLOCK("log")};

_Static_assert(sizeof(struct logheader) <= BSIZE, "the header is one block");

static u32 log_block(int i) {
  return log.start + 1 + i;
}

// Write log.now to the disk: with n > 0 the transaction is committed, with 0 forgotten.
static void write_header(void) {
  struct buf *b = bread(log.dev, log.start);
  memmove(b->data, &log.now, sizeof(log.now));
  bwrite(b);
  brelse(b);
}

static void copy_block(u32 from, u32 to) {
  struct buf *src = bread(log.dev, from);
  struct buf *dst = bread(log.dev, to);
  memmove(dst->data, src->data, BSIZE);
  bwrite(dst);
  brelse(dst);
  brelse(src);
}

// Bring the committed blocks to their places.
static void install(void) {
  for (int i = 0; i < log.now.n; i++)
    copy_block(log_block(i), log.now.block[i]);
}

// Set the log up from the superblock, and finish what a crash interrupted.
void log_init(u32 dev) {
  int room = superblock.nlog - 1;
  log.dev = dev;
  log.start = superblock.logstart;
  log.capacity = room < LOGSIZE ? room : LOGSIZE;
  if (log.capacity < MAXOPBLOCKS)
    panic("log_init: the log is too small");
  struct buf *b = bread(dev, log.start);
  memmove(&log.now, b->data, sizeof(log.now));
  brelse(b);
  if (log.now.n < 0 || log.now.n > room || log.now.n > LOGNAMES)
    panic("log_init: bad log header");
  install();
  log.now.n = 0;
  write_header();
}

// Start a call that changes the disk: waits for a commit to end, and for room in the log even
// if every running call uses all that it may.
void begin_op(void) {
  acquire(&log.lock);
  while (log.committing || log.now.n + (log.running + 1) * MAXOPBLOCKS > log.capacity)
    sleep(&log, &log.lock);
  log.running++;
  release(&log.lock);
}

static void commit(void) {
  for (int i = 0; i < log.now.n; i++)
    copy_block(log.now.block[i], log_block(i));
  write_header();
  install();
  for (int i = 0; i < log.now.n; i++) {
    struct buf *b = bread(log.dev, log.now.block[i]);
    bunpin(b);
    brelse(b);
  }
  log.now.n = 0;
  write_header();
}

// End the call; the last of those that run commits for all.
void end_op(void) {
  acquire(&log.lock);
  log.running--;
  if (log.running == 0 && log.now.n > 0) {
    log.committing = 1; // keeps others out while we write without the lock
    release(&log.lock);
    commit();
    acquire(&log.lock);
    log.committing = 0;
  }
  wakeup(&log);
  release(&log.lock);
}

// The caller has changed the locked block b; it will reach the disk with the transaction.
void log_write(struct buf *b) {
  acquire(&log.lock);
  if (log.running < 1)
    panic("log_write: outside a transaction");
  int i = 0;
  while (i < log.now.n && log.now.block[i] != (int)b->blockno)
    i++;
  if (i == log.now.n) { // else it is in the log already
    if (i == log.capacity)
      panic("log_write: transaction too large");
    log.now.block[log.now.n++] = b->blockno;
    bpin(b);
  }
  release(&log.lock);
}
