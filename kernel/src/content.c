// The bytes of a file.

#include "buf.h"
#include "fs.h"
#include "proc.h"
#include "string.h"
#include "vm.h"

// An address in a table of block numbers: what is there, or, if nothing is and alloc is set, a
// new block. *changed tells that the table was. 0 when there is none or the disk is full.
static u32 entry(u32 dev, u32 *addr, int alloc, int *changed) {
  *changed = 0;
  if (*addr == 0 && alloc) {
    *addr = balloc(dev);
    *changed = *addr != 0;
  }
  return *addr;
}

// The disk block that holds block n of the locked file, or 0. With alloc, in a transaction, a
// missing one is made; the caller writes the inode.
static u32 bmap(struct inode *ip, u32 n, int alloc) {
  int changed;
  if (n < NDIRECT)
    return entry(ip->dev, &ip->d.addrs[n], alloc, &changed);
  n -= NDIRECT;
  if (n >= NINDIRECT)
    return 0;
  u32 table = entry(ip->dev, &ip->d.addrs[NDIRECT], alloc, &changed);
  if (table == 0)
    return 0;
  struct buf *b = bread(ip->dev, table);
  u32 blockno = entry(ip->dev, (u32 *)b->data + n, alloc, &changed);
  if (changed)
    log_write(b);
  brelse(b);
  return blockno;
}

// Bytes from off to the end of its block, at most n.
static u32 in_block(u32 off, u32 n) {
  u32 rest = BSIZE - off % BSIZE;
  return rest < n ? rest : n;
}

// Copy to an address in the calling process's memory or in the kernel.
static int copy_to(int user, u64 dst, const void *src, u32 n) {
  if (user)
    return copyout(myproc()->pagetable, dst, src, n);
  memmove((void *)dst, src, n);
  return 0;
}

static int copy_from(int user, void *dst, u64 src, u32 n) {
  if (user)
    return copyin(myproc()->pagetable, dst, src, n);
  memmove(dst, (const void *)src, n);
  return 0;
}

// Read up to n bytes at off of the locked file to dst. Returns how many there were, or -1 when
// dst is bad, and then nothing has been stored.
int readi(struct inode *ip, int user, u64 dst, u32 off, u32 n) {
  if (off >= ip->d.size)
    return 0;
  if (n > ip->d.size - off)
    n = ip->d.size - off;
  if (user && uvmready(myproc()->pagetable, dst, n, STORE) != 0)
    return -1;
  u32 done = 0;
  for (u32 part; done < n; done += part) {
    part = in_block(off + done, n - done);
    u32 blockno = bmap(ip, (off + done) / BSIZE, 0);
    if (blockno == 0)
      break;
    struct buf *b = bread(ip->dev, blockno);
    int failed = copy_to(user, dst + done, b->data + (off + done) % BSIZE, part);
    brelse(b);
    if (failed)
      return -1;
  }
  return done;
}

// Write n bytes from src at off, at most the file's size, of the locked file. In a transaction.
// Returns how many were written: fewer than n when the disk is full or src is bad; -1 when the
// place is beyond what a file can have.
int writei(struct inode *ip, int user, u64 src, u32 off, u32 n) {
  if (off > ip->d.size || n > MAXFILE * BSIZE || off > MAXFILE * BSIZE - n)
    return -1;
  u32 done = 0;
  for (u32 part; done < n; done += part) {
    part = in_block(off + done, n - done);
    u32 blockno = bmap(ip, (off + done) / BSIZE, 1);
    if (blockno == 0)
      break;
    struct buf *b = bread(ip->dev, blockno);
    int failed = copy_from(user, b->data + (off + done) % BSIZE, src + done, part);
    if (!failed)
      log_write(b);
    brelse(b);
    if (failed)
      break;
  }
  if (off + done > ip->d.size)
    ip->d.size = off + done;
  iupdate(ip); // even if the size stays: bmap may have added blocks
  return done;
}
